namespace Retrace.Data.Benchmarks;

/// <summary>
/// We-Math's metric. A composite problem of two or three steps is asked together with each of its steps alone, and what
/// a model lacks is read from which of them it gets right.
/// </summary>
/// <remarks>
/// <para>
/// With N composite problems: <i>insufficient knowledge</i> (IK), the composite and some step wrong; <i>inadequate
/// generalization</i> (IG), the composite wrong and every step right; <i>complete mastery</i> (CM), the composite right
/// and every step (strict) or some step (loose); <i>rote memorization</i> (RM), the composite right and some step wrong
/// (strict) or every step (loose). IK, IG and CM are shares of N, RM is a share of CM + RM, and the score is
/// (CM + IG / 2) / N.
/// </para>
/// <para>
/// Qiao et al. 2024, arXiv 2407.01284, and evaluation/four_dimensional_metrics.py in We-Math/We-Math. The composite is
/// the item's group, "multi" its part there and the step's number that of a step. Composites with a missing part are
/// left out.
/// </para>
/// </remarks>
public sealed class FourDimensionalMetric : IBenchmarkMetric
{
    /// <summary>The part of the composite problem itself.</summary>
    internal const string Composite = "multi";

    public IReadOnlyList<(string Name, double? Value)> Of(IReadOnlyList<AnsweredItem> answered)
    {
        (bool Whole, bool[] Steps)[] composites = [.. CompositesOf(answered)];
        int count = composites.Length;
        int ignorant = composites.Count(one => !one.Whole && !one.Steps.All(right => right));
        int narrow = composites.Count(one => !one.Whole && one.Steps.All(right => right));
        int masteredStrictly = composites.Count(one => one.Whole && one.Steps.All(right => right));
        int masteredLoosely = composites.Count(one => one.Whole && one.Steps.Any(right => right));
        int solved = composites.Count(one => one.Whole);
        return
        [
            ("score (strict)", Share(masteredStrictly + narrow / 2.0, count)),
            ("score (loose)", Share(masteredLoosely + narrow / 2.0, count)),
            ("insufficient knowledge", Share(ignorant, count)),
            ("inadequate generalization", Share(narrow, count)),
            ("complete mastery (strict)", Share(masteredStrictly, count)),
            ("complete mastery (loose)", Share(masteredLoosely, count)),
            ("rote memorization (strict)", Share(solved - masteredStrictly, solved)),
            ("rote memorization (loose)", Share(solved - masteredLoosely, solved)),
        ];
    }

    private static IEnumerable<(bool Whole, bool[] Steps)> CompositesOf(IReadOnlyList<AnsweredItem> answered)
    {
        foreach (IGrouping<string?, AnsweredItem> group in answered.GroupBy(one => one.Item.Group))
        {
            bool[] steps = [.. group.Where(one => one.Item.Part != Composite).Select(one => one.Right)];
            AnsweredItem? whole = group.FirstOrDefault(one => one.Item.Part == Composite);
            if (whole is not null && steps.Length == WeMath.StepsOf(whole.Item.Group!))
            {
                yield return (whole.Right, steps);
            }
        }
    }

    private static double? Share(double part, int whole) => whole > 0 ? part / whole : null;
}
