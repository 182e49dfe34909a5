using System.Globalization;
using System.Text.RegularExpressions;
using Retrace.Data.Json;
using Retrace.Data.Parquet;

namespace Retrace.Data.Formats;

/// <summary>Finds the source that reads a file or a folder.</summary>
public static partial class ProblemSources
{
    /// <summary>
    /// The source for a file, by its extension, .jsonl, .json or .parquet; of a folder, the source for the parts of its
    /// training set, <c>train*.parquet</c>, wherever they lie below it.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="allowOutsideImages">Whether image paths may lead out of their folder.</param>
    /// <param name="imageFolder">Where image paths start; null: in their data file's folder.</param>
    /// <exception cref="BadInputException">
    /// There is no such file, its extension is another one, or parts are missing.
    /// </exception>
    public static IProblemSource Open(string path, bool allowOutsideImages = false, string? imageFolder = null)
    {
        if (Directory.Exists(path))
        {
            return new ParquetSource(TrainingParts(path), RowGroupCache.Shared, allowOutsideImages, imageFolder);
        }
        if (!File.Exists(path))
        {
            throw new BadInputException($"{path}: there is no such data file");
        }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" => new JsonLinesSource(path, allowOutsideImages, imageFolder),
            ".json" when JsonDocumentFile.HoldsLines(path) => new JsonLinesSource(path, allowOutsideImages, imageFolder),
            ".json" => new JsonDocumentSource(path, allowOutsideImages, imageFolder),
            ".parquet" => new ParquetSource([path], RowGroupCache.Shared, allowOutsideImages, imageFolder),
            _ => throw new BadInputException($"{path}: problems are read from .jsonl, .json and .parquet files"),
        };
    }

    /// <summary>The files that <see cref="Open"/> reads.</summary>
    /// <exception cref="BadInputException">As for <see cref="Open"/>.</exception>
    public static IReadOnlyList<string> FilesAt(string path) =>
        Directory.Exists(path) ? TrainingParts(path) : [path];

    private static string[] TrainingParts(string folder)
    {
        string[] parts = Directory.GetFiles(folder, "train*.parquet", SearchOption.AllDirectories);
        Array.Sort(parts, StringComparer.Ordinal);
        if (parts.Length == 0)
        {
            throw new BadInputException($"{folder}: no train*.parquet lies in or below this folder; name a file instead");
        }
        // "train-00000-of-00002.parquet" says how many there are.
        if (PartOf().Match(Path.GetFileName(parts[0])) is { Success: true } match
            && int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) is int count
            && count != parts.Length)
        {
            string first = Path.GetFileName(parts[0]);
            throw new BadInputException(
                $"{folder}: {first} is one of {count} parts, but there are {parts.Length} train*.parquet");
        }
        return parts;
    }

    [GeneratedRegex(@"-\d{5}-of-(?<count>\d{5})")]
    private static partial Regex PartOf();
}
