namespace Retrace.Training.Data;

/// <summary>Finds the source that reads a file.</summary>
public static class ProblemSources
{
    /// <summary>The source for <paramref name="path"/>, by its extension: .jsonl or .parquet.</summary>
    /// <exception cref="BadInputException">There is no such file, or its extension is another one.</exception>
    public static IProblemSource Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new BadInputException($"{path}: there is no such data file");
        }
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" => new JsonLinesSource(path),
            ".parquet" => new ParquetSource(path),
            _ => throw new BadInputException($"{path}: problems are read from .jsonl and .parquet files"),
        };
    }
}
