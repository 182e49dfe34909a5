using Retrace.Data;
using Retrace.Statistics;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The results of several methods with the same seeds, problems and steps.</summary>
public sealed class Comparison
{
    private readonly ILookup<string, Outcome> _byMethod;

    /// <param name="outcomes">The outcomes of every method with every seed; methods are shown in this order.</param>
    /// <param name="baseline">The method that others are measured against; null for none.</param>
    /// <param name="kinds">Which categories of the test's problems belong together; null: none.</param>
    /// <exception cref="ArgumentException">There are none, or the methods' seeds are not the same.</exception>
    public Comparison(IReadOnlyList<Outcome> outcomes, string? baseline, ProblemKinds? kinds = null)
    {
        ILookup<string, Outcome> byMethod = outcomes.ToLookup(outcome => outcome.Method);
        _byMethod = byMethod;
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

    /// <summary>The outcomes of a method, one for each seed; empty for one that was not compared.</summary>
    public IReadOnlyList<Outcome> OutcomesOf(string method) => [.. _byMethod[method]];

    /// <summary>How much higher a number is under one method than under another, paired by seed.</summary>
    /// <param name="method">One of the methods.</param>
    /// <param name="other">Another of them.</param>
    /// <param name="read">The number; null where a run has not measured it.</param>
    /// <returns>Null where no seed has it under both.</returns>
    public MeanInterval? Difference(string method, string other, Func<Outcome, double?> read) =>
        MethodResult.Difference(OutcomesOf(method), OutcomesOf(other), read);
}
