namespace Retrace.Data.Benchmarks;

/// <summary>A benchmark's own metric, where it is more than accuracy.</summary>
public interface IBenchmarkMetric
{
    /// <summary>The values of the metric, for one answer to each problem; null where one is not defined.</summary>
    /// <param name="answered">At least one.</param>
    IReadOnlyList<(string Name, double? Value)> Of(IReadOnlyList<AnsweredItem> answered);
}

/// <summary>A benchmark's problem with one answer.</summary>
/// <param name="Item">The problem.</param>
/// <param name="Right">Whether the answer is right.</param>
public sealed record AnsweredItem(BenchmarkItem Item, bool Right);
