namespace Retrace.Data.Benchmarks;

/// <summary>
/// DynaMath's metric over the variants of each seed question: average-case accuracy; worst-case accuracy, the share of
/// seed questions of which every variant is answered right; and reasoning robustness, the second over the first.
/// </summary>
/// <remarks>Zou et al. 2024, arXiv 2411.00836, section 3.3. The seed question is the item's group.</remarks>
public sealed class WorstCaseMetric : IBenchmarkMetric
{
    public IReadOnlyList<(string Name, double? Value)> Of(IReadOnlyList<AnsweredItem> answered)
    {
        double average = answered.Average(one => one.Right ? 1.0 : 0.0);
        double worst = answered.GroupBy(one => one.Item.Group)
            .Average(variants => variants.All(one => one.Right) ? 1.0 : 0.0);
        return
        [
            ("average-case accuracy", average),
            ("worst-case accuracy", worst),
            ("reasoning robustness", average > 0 ? worst / average : null),
        ];
    }
}
