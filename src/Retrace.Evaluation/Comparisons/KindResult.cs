using Retrace.Data;
using Retrace.Statistics;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The accuracies on one kind of problem of the test (<see cref="ProblemKinds"/>), over the seeds.</summary>
/// <param name="Kind">The kind's name.</param>
/// <param name="Problems">How many of the test's problems are of this kind.</param>
/// <param name="Start">The accuracy of the model that all methods start from.</param>
/// <param name="Methods">The accuracies of the methods, in the comparison's order.</param>
/// <param name="AgainstBaseline">
/// Their differences from the baseline with the same seed; null for the baseline, and without one.
/// </param>
public sealed record KindResult(
    string Kind,
    int Problems,
    MeanInterval Start,
    IReadOnlyList<MeanInterval> Methods,
    IReadOnlyList<MeanInterval?> AgainstBaseline)
{
    /// <summary>The results of all kinds of which the test has problems, in the order of the kinds.</summary>
    /// <param name="byMethod">The methods' outcomes: at least one, each with the same seeds.</param>
    /// <param name="baseline">The method that others are measured against; null for none.</param>
    public static IEnumerable<KindResult> AllOf(
        IReadOnlyList<IReadOnlyList<Outcome>> byMethod, string? baseline, ProblemKinds kinds)
    {
        IReadOnlyList<Outcome>? ofBaseline = byMethod.FirstOrDefault(outcomes => outcomes[0].Method == baseline);
        foreach (string kind in kinds.Names)
        {
            TestResult test = byMethod[0][0].Start;
            int problems = CategoriesOf(kind, test).Sum(category => category.Problems);
            if (problems > 0)
            {
                yield return new KindResult(
                    kind,
                    problems,
                    MeanInterval.Of([.. byMethod[0].Select(outcome => Accuracy(kind, outcome.Start))]),
                    [.. byMethod.Select(outcomes => MeanInterval.Of([.. outcomes.Select(outcome => Accuracy(kind, outcome.Final))]))],
                    [.. byMethod.Select(outcomes => ofBaseline is null || outcomes == ofBaseline
                        ? (MeanInterval?)null
                        : MeanInterval.Of([.. outcomes.Select(outcome => Accuracy(kind, outcome.Final)
                            - Accuracy(kind, ofBaseline.Single(other => other.Seed == outcome.Seed).Final))]))]);
            }
        }

        IEnumerable<EvaluationSummary> CategoriesOf(string kind, TestResult test) =>
            test.Categories.Where(category => kinds.Of(category.Key) == kind).Select(category => category.Value);

        // Every problem counts alike, whatever its category.
        double Accuracy(string kind, TestResult test)
        {
            EvaluationSummary[] categories = [.. CategoriesOf(kind, test)];
            return categories.Sum(category => category.Accuracy * category.Problems) / categories.Sum(category => category.Problems);
        }
    }
}
