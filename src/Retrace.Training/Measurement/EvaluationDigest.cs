using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Retrace.Answers;
using Retrace.Models.Adapters;
using Retrace.Problems;

namespace Retrace.Training.Measurement;

/// <summary>SHA-256 of what an evaluation depends on, for its card, and by which a resumed one recognizes it.</summary>
internal static class EvaluationDigest
{
    private static readonly string[] ModelFiles =
    [
        "*.safetensors", "config.json", "generation_config.json", "adapter_config.json", "preprocessor_config.json",
        "tokenizer.json", "vocab.json", "merges.txt",
    ];

    /// <summary>The digest of the files that make a model, whatever their folder is called.</summary>
    /// <remarks>Of an adapter, those of the model that it belongs to count as well, where they are there.</remarks>
    /// <exception cref="BadInputException">One of them cannot be read.</exception>
    public static string OfModel(string folder)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            string[] files =
            [
                .. ModelFiles.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern))
                    .Order(StringComparer.Ordinal),
            ];
            byte[][] contents = new byte[files.Length][];
            Parallel.For(0, files.Length, i =>
            {
                using FileStream stream = File.OpenRead(files[i]);
                contents[i] = SHA256.HashData(stream);
            });
            foreach ((string file, byte[] content) in files.Zip(contents))
            {
                Add(digest, Encoding.UTF8.GetBytes(Path.GetFileName(file)));
                Add(digest, content);
            }
        }
        catch (Exception error) when (Cause(error) is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The model in {folder} cannot be read: {Cause(error).Message}", error);
        }
        if (AdapterBase.Of(folder) is string model && Directory.Exists(model) && AdapterBase.Of(model) is null)
        {
            Add(digest, Encoding.UTF8.GetBytes(OfModel(model)));
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>The digest of problems in their order: ids, questions, images and labels.</summary>
    /// <exception cref="BadInputException">An image cannot be read.</exception>
    public static string OfProblems(IEnumerable<Problem> problems, IReadOnlyDictionary<string, AnswerKey> keys)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Problem problem in problems)
        {
            Add(digest, Encoding.UTF8.GetBytes(problem.Id));
            Add(digest, Encoding.UTF8.GetBytes(problem.Question));
            Add(digest, Encoding.UTF8.GetBytes(keys[problem.Id].Label));
            foreach (ProblemImage image in problem.Images)
            {
                Add(digest, image.ReadBytes());
            }
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    // What failed in one of several threads.
    private static Exception Cause(Exception error) => error is AggregateException several ? several.InnerExceptions[0] : error;

    // With its length before it, so that parts cannot run into each other.
    private static void Add(IncrementalHash digest, byte[] part)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, part.Length);
        digest.AppendData(length);
        digest.AppendData(part);
    }
}
