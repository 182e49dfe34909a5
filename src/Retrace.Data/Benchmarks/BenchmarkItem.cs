using Retrace.Answers;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>One problem of a benchmark, with what its scoring rule needs.</summary>
/// <param name="Problem">What the model is asked.</param>
/// <param name="Key">The right answer; null where the authors keep it to themselves.</param>
/// <param name="Categories">Values by field. A field may have several, as when a problem needs two skills.</param>
/// <param name="Group">Which problems the metric takes together.</param>
/// <param name="Part">What the problem is in its group.</param>
public sealed record BenchmarkItem(
    Problem Problem,
    AnswerKey? Key,
    IReadOnlyList<(string Field, string Value)> Categories,
    string? Group = null,
    string? Part = null);
