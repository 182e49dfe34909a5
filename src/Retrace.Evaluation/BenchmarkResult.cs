using Retrace.Data.Benchmarks;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>The results as the benchmark's authors report them.</summary>
/// <param name="Name">The benchmark's name.</param>
/// <param name="Metric">
/// Values of its own metric, for one response to each problem, averaged over the k responses; null where not defined.
/// Empty where the metric is accuracy.
/// </param>
/// <param name="Categories">By field, then by value in alphabetical order.</param>
public sealed record BenchmarkResult(
    string Name,
    IReadOnlyList<(string Name, double? Value)> Metric,
    IReadOnlyList<(string Field, IReadOnlyList<(string Value, EvaluationSummary Summary)> Values)> Categories)
{
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="items">The benchmark's problems by id.</param>
    /// <param name="graded">Those that were asked, at least one.</param>
    public static BenchmarkResult Of(
        Benchmark benchmark,
        IReadOnlyDictionary<string, BenchmarkItem> items,
        IReadOnlyList<GradedProblem> graded)
    {
        return new BenchmarkResult(
            benchmark.Published.Name,
            benchmark.Metric is IBenchmarkMetric metric ? Averaged(metric, items, graded) : [],
            [
                .. graded
                    .SelectMany(problem => items[problem.Id].Categories.Select(category => (category, problem)))
                    .GroupBy(pair => pair.category.Field)
                    .Select(field => (field.Key, ByValue(field.Select(pair => (pair.category.Value, pair.problem))))),
            ]);
    }

    private static IReadOnlyList<(string, EvaluationSummary)> ByValue(
        IEnumerable<(string Value, GradedProblem Problem)> pairs) =>
    [
        .. pairs.GroupBy(pair => pair.Value)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, EvaluationSummary.Of([.. group.Select(pair => pair.Problem)]))),
    ];

    private static IReadOnlyList<(string, double?)> Averaged(
        IBenchmarkMetric metric,
        IReadOnlyDictionary<string, BenchmarkItem> items,
        IReadOnlyList<GradedProblem> graded)
    {
        int samples = graded[0].Classes.Count;
        IReadOnlyList<(string Name, double? Value)>[] values =
        [
            .. Enumerable.Range(0, samples).Select(sample => metric.Of(
                [
                    .. graded.Select(problem =>
                        new AnsweredItem(items[problem.Id], problem.IsRight(problem.Classes[sample]))),
                ])),
        ];
        return
        [
            .. values[0].Select((value, i) => (value.Name, values.Average(sample => sample[i].Value))),
        ];
    }
}
