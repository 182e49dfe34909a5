using Retrace.Statistics;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The accuracies on one category of the test, over the seeds.</summary>
/// <param name="Category">The category's name.</param>
/// <param name="Problems">How many of the test's problems it has.</param>
/// <param name="Start">The accuracy of the model that all methods start from.</param>
/// <param name="Methods">The accuracies of the methods, in the comparison's order.</param>
public sealed record CategoryResult(
    string Category, int Problems, MeanInterval Start, IReadOnlyList<MeanInterval> Methods)
{
    /// <summary>The results of all categories, in alphabetical order.</summary>
    /// <param name="byMethod">The methods' outcomes: at least one, each with as many.</param>
    public static IEnumerable<CategoryResult> AllOf(IReadOnlyList<IReadOnlyList<Outcome>> byMethod) =>
        byMethod[0][0].Start.Categories.OrderBy(category => category.Key, StringComparer.Ordinal).Select(category =>
            new CategoryResult(
                category.Key,
                category.Value.Problems,
                Over(byMethod[0], outcome => outcome.Start, category.Key),
                [.. byMethod.Select(outcomes => Over(outcomes, outcome => outcome.Final, category.Key))]));

    private static MeanInterval Over(
        IReadOnlyList<Outcome> outcomes, Func<Outcome, TestResult> test, string category) =>
        MeanInterval.Of([.. outcomes.Select(outcome => test(outcome).Categories[category].Accuracy)]);
}
