using Retrace.Answers;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>A benchmark's problems as read.</summary>
/// <param name="Items">In the files' order, each with an id of its own.</param>
/// <param name="Skipped">Records that cannot be used, each with the reason.</param>
public sealed record BenchmarkData(IReadOnlyList<BenchmarkItem> Items, IReadOnlyList<SkippedProblem> Skipped)
{
    /// <summary>The problems as an ordinary data set.</summary>
    public ProblemSet Problems => new(
        [.. Items.Select(item => item.Problem)],
        Keys.ToDictionary(key => key.Key, key => key.Value.Label),
        Skipped);

    /// <summary>The right answers by problem id.</summary>
    public IReadOnlyDictionary<string, AnswerKey> Keys { get; } =
        Items.Where(item => item.Key is not null).ToDictionary(item => item.Problem.Id, item => item.Key!);
}
