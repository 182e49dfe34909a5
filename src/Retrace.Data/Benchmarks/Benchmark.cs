using Retrace.Data.Json;
using Retrace.Data.Parquet;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>A benchmark: its files, what its columns mean, and its metric.</summary>
public sealed class Benchmark
{
    private readonly Func<IReadOnlyList<string>, BenchmarkData> _read;

    /// <summary>A benchmark that a program supplies: <see cref="BenchmarkCatalogue.Register"/>.</summary>
    /// <param name="published">Its files.</param>
    /// <param name="read">Reads them; throws <see cref="BadInputException"/> where one cannot be read.</param>
    /// <param name="metric">Its own metric; null where that is accuracy, over all problems and by category.</param>
    public Benchmark(
        PublishedSet published, Func<IReadOnlyList<string>, BenchmarkData> read, IBenchmarkMetric? metric = null)
    {
        Published = published;
        Metric = metric;
        _read = read;
    }

    /// <param name="published">Its files.</param>
    /// <param name="readerOf">
    /// For a file, what makes a problem of each of its records or throws <see cref="UnusableRecordException"/>. Prompt,
    /// answer rule and categories are decided there.
    /// </param>
    /// <param name="metric">Its own metric; null where that is accuracy, over all problems and by category.</param>
    internal Benchmark(
        PublishedSet published,
        Func<string, Func<IDataRecord, BenchmarkItem>> readerOf,
        IBenchmarkMetric? metric = null)
    {
        Published = published;
        Metric = metric;
        _read = files => ReadRecords(files, readerOf);
    }

    public PublishedSet Published { get; }

    /// <summary>The benchmark's own metric; null where it is accuracy alone.</summary>
    public IBenchmarkMetric? Metric { get; }

    /// <summary>Reads the benchmark from a file of it, or from a folder with all of its files.</summary>
    /// <exception cref="BadInputException">Files are missing or cannot be read.</exception>
    public BenchmarkData Read(string path) => _read(Published.FilesAt(path));

    private BenchmarkData ReadRecords(
        IReadOnlyList<string> files, Func<string, Func<IDataRecord, BenchmarkItem>> readerOf)
    {
        List<BenchmarkItem> items = [];
        List<SkippedProblem> skipped = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (string file in files)
        {
            Func<IDataRecord, BenchmarkItem> read = readerOf(file);
            int number = 0;
            Visit(file, record =>
            {
                number++;
                try
                {
                    BenchmarkItem item = read(record);
                    if (!ids.Add(item.Problem.Id))
                    {
                        throw new UnusableRecordException($"an earlier record has its id, {item.Problem.Id}");
                    }
                    items.Add(item);
                }
                catch (UnusableRecordException reason)
                {
                    string id = record.Key ?? $"{Path.GetFileName(file)}, row {number}";
                    skipped.Add(new SkippedProblem(id, reason.Message) { IsEmpty = reason.IsEmpty });
                }
            });
        }
        return new BenchmarkData(items, skipped);
    }

    private void Visit(string file, Action<IDataRecord> visit)
    {
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".parquet":
                ParquetFile.Read(file, RowGroupCache.Shared, visit);
                break;
            case ".json":
                JsonDocumentFile.Read(file, visit);
                break;
            case ".jsonl":
                JsonLinesFile.Read(file, "{\"question\": …}", visit);
                break;
            default:
                throw new BadInputException($"{file}: {Published.Title} is read from .parquet, .json and .jsonl files");
        }
    }
}
