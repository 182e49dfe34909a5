using Retrace.Data;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The results of several methods with the same seeds, problems and steps.</summary>
public sealed class Comparison
{
    /// <param name="outcomes">The outcomes of every method with every seed; methods are shown in this order.</param>
    /// <param name="baseline">The method that others are measured against; null for none.</param>
    /// <param name="kinds">Which categories of the test's problems belong together; null: none.</param>
    /// <exception cref="ArgumentException">There are none, or the methods' seeds are not the same.</exception>
    public Comparison(IReadOnlyList<Outcome> outcomes, string? baseline, ProblemKinds? kinds = null)
    {
        ILookup<string, Outcome> byMethod = outcomes.ToLookup(outcome => outcome.Method);
        HashSet<long> seeds = [.. outcomes.Select(outcome => outcome.Seed)];
        if (outcomes.Count == 0 || byMethod.Any(
            method => method.Count() != seeds.Count || !seeds.SetEquals(method.Select(outcome => outcome.Seed))))
        {
            throw new ArgumentException("A comparison needs every method's outcome with every seed, once.");
        }
        Baseline = baseline;
        EvaluationSummary[] starts = [.. byMethod.First().Select(outcome => outcome.Start.Whole)];
        Problems = starts[0].Problems;
        Start = TestMeans.Of(starts);
        Methods =
        [
            .. byMethod.Select(method => MethodResult.Of(
                [.. method],
                baseline is null || method.Key == baseline ? null : [.. byMethod[baseline]])),
        ];
        Outcome[][] ofMethods = [.. byMethod.Select(method => method.ToArray())];
        Categories = [.. CategoryResult.AllOf(ofMethods)];
        Kinds = kinds is null ? [] : [.. KindResult.AllOf(ofMethods, baseline, kinds)];
    }

    /// <summary>The method that others are measured against; null for none.</summary>
    public string? Baseline { get; }

    /// <summary>The number of problems in the test.</summary>
    public int Problems { get; }

    /// <summary>The tests of the model that all start from.</summary>
    public TestMeans Start { get; }

    /// <summary>The results of the methods, in the order of the outcomes.</summary>
    public IReadOnlyList<MethodResult> Methods { get; }

    /// <summary>The accuracies by category; empty where the test's problems have none.</summary>
    public IReadOnlyList<CategoryResult> Categories { get; }

    /// <summary>The accuracies by kind of problem; empty where the model that all start from names no kinds.</summary>
    public IReadOnlyList<KindResult> Kinds { get; }
}
