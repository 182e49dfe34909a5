using Retrace.Evaluation.Comparisons;
using Retrace.Runs;
using Retrace.Statistics;
using static System.FormattableString;

namespace Retrace.Evaluation.Reproductions;

/// <summary>
/// A curve over training steps that the paper shows, with the claim that it illustrates: majority voting collapses,
/// and CSRS does not.
/// </summary>
/// <param name="Name">What the curve shows.</param>
/// <param name="Read">Its value in a step.</param>
/// <param name="IsHigherUnderCsrs">Whether the claim has it end higher under CSRS than under majority voting.</param>
public sealed record PaperCurve(string Name, Func<StepMetrics, double?> Read, bool IsHigherUnderCsrs)
{
    /// <summary>Fig. 3b.</summary>
    public static PaperCurve HighConfidence { get; } = new(
        "the share of high-confidence problems", step => step.HighConfidenceShare, IsHigherUnderCsrs: false);

    /// <summary>Fig. 5, in nats.</summary>
    public static PaperCurve Entropy { get; } = new(
        "the token entropy", step => step.Entropy, IsHigherUnderCsrs: true);

    /// <summary>Whether the ends of the curves are as claimed, as a sentence.</summary>
    /// <param name="comparison">The comparison of CSRS with majority voting.</param>
    public string Sentence(Comparison comparison)
    {
        if (comparison.Difference(PaperTables.Csrs, Variants.UsualBaseline, FinalMean) is not MeanInterval difference)
        {
            return $"No run has measured {Name}.";
        }
        string interval = difference is { Lower: double lower, Upper: double upper }
            ? Invariant($" ({lower:+0.000;-0.000;0.000} to {upper:+0.000;-0.000;0.000})")
            : "";
        int sign = difference is { Lower: > 0 } ? 1 : difference is { Upper: < 0 } ? -1 : 0;
        string verdict = sign == 0 ? "which cannot be told from chance, so neither agrees with the paper nor contradicts it"
            : sign > 0 == IsHigherUnderCsrs ? "as the paper's claim has it"
            : "the opposite of the paper's claim";
        return Invariant($"Over the last {Outcome.LastSteps} steps {Name} under csrs minus that under majority is ")
            + Invariant($"{difference.Mean:+0.000;-0.000;0.000}{interval}, {verdict}.");
    }

    private double? FinalMean(Outcome outcome) => outcome.FinalMean(Read);
}
