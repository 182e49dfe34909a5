using Retrace.Data.Parquet;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>A data set that a user has fetched, checked against what its authors publish.</summary>
/// <param name="Files">In name order.</param>
/// <param name="Problems">How many they hold.</param>
/// <param name="Labels">How many of them have an answer.</param>
public sealed record FetchedSet(IReadOnlyList<string> Files, int Problems, int Labels)
{
    /// <summary>Records that are empty as they were published.</summary>
    public IReadOnlyList<SkippedProblem> Empty { get; init; } = [];

    /// <summary>All data sets that have a name here: training sets, then benchmarks.</summary>
    public static IReadOnlyList<PublishedSet> Known =>
        [.. TrainingSets.All, .. BenchmarkCatalogue.All.Select(benchmark => benchmark.Published)];

    /// <exception cref="BadInputException">No such name is known; the message lists the known ones.</exception>
    public static PublishedSet Named(string name) =>
        Known.FirstOrDefault(set => set.Name == name) ?? throw new BadInputException(
            $"There is no data set \"{name}\"; known are {string.Join(", ", Known.Select(set => set.Name))}.");

    /// <summary>Reads everything, images apart from their existence.</summary>
    /// <exception cref="BadInputException">
    /// Files or records are missing, or a record cannot be used that is not empty.
    /// </exception>
    public static FetchedSet Check(PublishedSet set, string path)
    {
        IReadOnlyList<string> files = set.FilesAt(path);
        ProblemSet problems = BenchmarkCatalogue.All.FirstOrDefault(one => one.Published == set) is Benchmark benchmark
            ? benchmark.Read(path).Problems
            : new ParquetSource(files).Read();
        SkippedProblem[] empty = [.. problems.Skipped.Where(record => record.IsEmpty)];
        if (problems.Skipped.Except(empty).ToArray() is [SkippedProblem first, ..] broken)
        {
            throw new BadInputException(
                $"{path}: {broken.Length} of {problems.Skipped.Count + problems.Problems.Count} records cannot "
                + $"be used: {first.Id}, for one, because {first.Reason}");
        }
        int records = problems.Problems.Count + empty.Length;
        return set.Records is int published && records != published
            ? throw new BadInputException($"{path}: {set.Title} has {published} records, but there are {records}")
            : new FetchedSet(files, problems.Problems.Count, problems.Answers.Count) { Empty = empty };
    }
}
