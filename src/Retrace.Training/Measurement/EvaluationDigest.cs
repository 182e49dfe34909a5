using System.Security.Cryptography;
using Retrace.Answers;
using Retrace.Models.Adapters;
using Retrace.Problems;
using Retrace.Training.Origins;

namespace Retrace.Training.Measurement;

/// <summary>SHA-256 of what an evaluation depends on, for its card, and by which a resumed one recognizes it.</summary>
/// <remarks>
/// Not the digests of a run's origin (<see cref="Models.Checkpoints.ModelDigest"/>, <see cref="ProblemSetDigest"/>):
/// neither can take the other's place in the files that hold them. A card stands for published numbers: it has one number
/// for every byte of the weights and for the problems that were asked. An origin is compared whenever a run goes on: it
/// skips most of large weights, keeps files apart to name the one that differs, and counts what training alone reads.
/// </remarks>
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
        using PartedDigest digest = new();
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
                digest.Add(Path.GetFileName(file));
                digest.Add(content);
            }
        }
        catch (Exception error) when (Cause(error) is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The model in {folder} cannot be read: {Cause(error).Message}", error);
        }
        if (AdapterBase.Of(folder) is string model && Directory.Exists(model) && AdapterBase.Of(model) is null)
        {
            digest.Add(OfModel(model));
        }
        return Convert.ToHexStringLower(digest.Take());
    }

    /// <summary>The digest of problems in their order: ids, questions, images and labels.</summary>
    /// <exception cref="BadInputException">An image cannot be read.</exception>
    public static string OfProblems(IEnumerable<Problem> problems, IReadOnlyDictionary<string, AnswerKey> keys)
    {
        using PartedDigest digest = new();
        foreach (Problem problem in problems)
        {
            digest.Add(problem.Id);
            digest.Add(problem.Question);
            digest.Add(keys[problem.Id].Label);
            foreach (ProblemImage image in problem.Images)
            {
                digest.Add(image.ReadBytes());
            }
        }
        return Convert.ToHexStringLower(digest.Take());
    }

    // What failed in one of several threads.
    private static Exception Cause(Exception error) => error is AggregateException several ? several.InnerExceptions[0] : error;
}
