using Retrace.Statistics;

namespace Retrace.Evaluation.Comparisons;

/// <summary>A method over its seeds. Intervals are over the seeds; other numbers are means.</summary>
/// <param name="Method">The variant's name.</param>
/// <param name="Seeds">The number of seeds.</param>
/// <param name="Test">The tests of the last checkpoints.</param>
/// <param name="Change">The change in accuracy from the start with the same seed.</param>
/// <param name="AgainstBaseline">
/// In accuracy, against the baseline with the same seed; null for the baseline, and without one.
/// </param>
/// <param name="Entropy">The entropy at the end, in nats.</param>
/// <param name="HighConfidenceShare">The share of problems with a high-confidence answer at the end.</param>
/// <param name="Samples">The samples that one run took of each problem of a step.</param>
/// <param name="Tokens">The tokens that one run generated.</param>
/// <param name="Seconds">The seconds that one run took.</param>
public sealed record MethodResult(
    string Method,
    int Seeds,
    TestMeans Test,
    MeanInterval Change,
    MeanInterval? AgainstBaseline,
    double? Entropy,
    double? HighConfidenceShare,
    double Samples,
    double Tokens,
    double Seconds)
{
    /// <param name="ofMethod">Its outcomes: at least one.</param>
    /// <param name="ofBaseline">The baseline's, with the same seeds in any order; null: no baseline.</param>
    public static MethodResult Of(IReadOnlyList<Outcome> ofMethod, IReadOnlyList<Outcome>? ofBaseline) => new(
        ofMethod[0].Method,
        ofMethod.Count,
        TestMeans.Of([.. ofMethod.Select(outcome => outcome.Final.Whole)]),
        MeanInterval.Of([.. ofMethod.Select(outcome => outcome.Change)]),
        ofBaseline is null
            ? null
            : Difference(ofMethod, ofBaseline, outcome => outcome.Final.Whole.Accuracy),
        ofMethod.Average(outcome => outcome.FinalMean(step => step.Entropy)),
        ofMethod.Average(outcome => outcome.FinalMean(step => step.HighConfidenceShare)),
        ofMethod.Average(outcome => (double)outcome.Samples),
        ofMethod.Average(outcome => (double)outcome.Tokens),
        ofMethod.Average(outcome => outcome.Seconds));

    /// <summary>The difference of a number between two methods, paired by seed.</summary>
    /// <param name="read">The number; null where it was not measured.</param>
    /// <returns>Null where it was measured in no pair.</returns>
    internal static MeanInterval? Difference(
        IReadOnlyList<Outcome> ofMethod, IReadOnlyList<Outcome> ofOther, Func<Outcome, double?> read)
    {
        double[] differences =
        [
            .. ofMethod
                .Join(ofOther, one => one.Seed, other => other.Seed, (one, other) => read(one) - read(other))
                .OfType<double>(),
        ];
        return differences.Length == 0 ? null : MeanInterval.Of(differences);
    }
}
