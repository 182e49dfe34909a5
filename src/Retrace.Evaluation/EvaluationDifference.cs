using System.Text.Json;
using Retrace.Statistics;

namespace Retrace.Evaluation;

/// <summary>How two evaluations of the same problems differ, problem by problem.</summary>
/// <param name="Problems">The number of problems.</param>
/// <param name="Before">The accuracy of the first.</param>
/// <param name="After">The accuracy of the second.</param>
/// <param name="Change">The mean change from the first to the second, over the problems.</param>
/// <param name="Better">Problems with a larger share of right responses in the second.</param>
/// <param name="Worse">Problems with a smaller share of right responses in the second.</param>
/// <param name="PValue">
/// Of the hypothesis that both are equally good: McNemar's exact test where both have one response a problem, else the
/// bootstrap's, and null where that has too few problems to resample.
/// </param>
public sealed record EvaluationDifference(
    int Problems, double Before, double After, PairedBootstrap Change, int Better, int Worse, double? PValue)
{
    /// <summary>
    /// With fewer problems the bootstrap makes intervals that are far too narrow: with one problem, an interval without
    /// any width.
    /// </summary>
    public const int FewestProblems = 10;

    /// <summary>Whether <see cref="Change"/>'s interval says anything.</summary>
    public bool HasInterval => Problems >= FewestProblems;

    /// <summary>Problems with the same share of right responses in both.</summary>
    public int Same => Problems - Better - Worse;

    /// <param name="before">[n][k] which responses are right; n ≥ 1.</param>
    /// <param name="after">[n][k'] of the same problems in the same order.</param>
    /// <exception cref="ArgumentException">The problems are none, or not as many.</exception>
    public static EvaluationDifference Of(
        IReadOnlyList<IReadOnlyList<bool>> before, IReadOnlyList<IReadOnlyList<bool>> after)
    {
        if (before.Count != after.Count)
        {
            throw new ArgumentException($"{before.Count} and {after.Count} problems are no pairs.");
        }
        double[] first = [.. before.Select(Share)];
        double[] second = [.. after.Select(Share)];
        double[] changes = [.. first.Zip(second, (old, changed) => changed - old)];
        var bootstrap = PairedBootstrap.Of(changes, RandomStream.For(0, Purpose.Bootstrap));
        double? bootstrapped = changes.Length < FewestProblems ? null : bootstrap.PValue;
        bool areSingle = before.Concat(after).All(right => right.Count == 1);
        return new EvaluationDifference(
            changes.Length,
            first.Average(),
            second.Average(),
            bootstrap,
            changes.Count(change => change > 0),
            changes.Count(change => change < 0),
            areSingle
                ? McNemarTest.Of([.. before.Select(right => right[0])], [.. after.Select(right => right[0])]).PValue
                : bootstrapped);
    }

    /// <summary>Writes the fields of a JSON object.</summary>
    internal void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteNumber("problems", Problems);
        writer.WriteNumber("before", Before);
        writer.WriteNumber("after", After);
        writer.WriteNumber("change", Change.Mean);
        writer.WritePropertyName("interval");
        JsonSerializer.Serialize(writer, HasInterval ? (double[])[Change.Lower, Change.Upper] : null);
        writer.WriteNumber("better", Better);
        writer.WriteNumber("worse", Worse);
        writer.WriteNumber("same", Same);
        writer.WritePropertyName("p_value");
        JsonSerializer.Serialize(writer, PValue);
    }

    private static double Share(IReadOnlyList<bool> right) => right.Count(isRight => isRight) / (double)right.Count;
}
