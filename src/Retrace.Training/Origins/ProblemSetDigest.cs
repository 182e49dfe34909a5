using System.Security.Cryptography;
using Retrace.Problems;
using Retrace.Runs;

namespace Retrace.Training.Origins;

/// <summary>Tells data sets apart by what was read from them, wherever they lie and however they are stored.</summary>
internal static class ProblemSetDigest
{
    /// <summary>
    /// Digests ids, questions, what they are in other words, images, categories and labels. An image that cannot be read
    /// counts as such, so a data set that has lost one is another one.
    /// </summary>
    /// <param name="name">The name of the source: a path is made a full one.</param>
    /// <param name="read">The problems as they were read.</param>
    public static DataOrigin Of(string name, ProblemSet read, CancellationToken cancellation)
    {
        byte[][] digests = new byte[read.Problems.Count][];
        Parallel.For(0, digests.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            digests[i] = Of(read.Problems[i], read.Answers.GetValueOrDefault(read.Problems[i].Id)));
        string order = Combine(digests);
        Array.Sort(digests, (one, other) => one.AsSpan().SequenceCompareTo(other));
        return new DataOrigin(
            Path.Exists(name) ? Path.GetFullPath(name) : name, digests.Length, Combine(digests), order);
    }

    private static byte[] Of(Problem problem, string? label)
    {
        using PartedDigest digest = new();
        foreach (string? text in (ReadOnlySpan<string?>)[problem.Id, problem.Question, problem.Category, label])
        {
            digest.Add(text);
        }
        foreach (ProblemImage image in problem.Images)
        {
            digest.Add(BytesOf(image));
        }
        if (problem.Rephrased is string rephrased)
        {
            digest.Add(rephrased);
        }
        return digest.Take();
    }

    private static byte[]? BytesOf(ProblemImage image)
    {
        try
        {
            return image.ReadBytes();
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private static string Combine(byte[][] digests)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Array.ForEach(digests, digest.AppendData);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
