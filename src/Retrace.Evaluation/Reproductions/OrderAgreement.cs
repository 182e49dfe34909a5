using Retrace.Statistics;

namespace Retrace.Evaluation.Reproductions;

/// <summary>How far rows that were run stand in the order in which the paper has them.</summary>
/// <remarks>
/// Pairs of rows are counted, not sizes compared: another model on other problems has other accuracies. A pair is told
/// apart where the 95 % interval of its difference, paired by seed, leaves out zero; one in twenty pairs of equals does
/// so by chance.
/// </remarks>
/// <param name="Kept">Pairs in the paper's order, told apart.</param>
/// <param name="Reversed">Pairs in the opposite order, told apart.</param>
/// <param name="Inconclusive">Pairs that cannot be told apart.</param>
public sealed record OrderAgreement(int Kept, int Reversed, int Inconclusive)
{
    /// <summary>All pairs of rows whose numbers differ in the paper.</summary>
    public int Pairs => Kept + Reversed + Inconclusive;

    /// <summary>The verdict as a sentence.</summary>
    public string Sentence => (Pairs, Kept, Reversed) switch
    {
        (1, 1, _) => $"The one pair of rows stands in the paper's order beyond chance: {Verdict}.",
        (1, _, 1) => $"The one pair of rows stands in the opposite order beyond chance: {Verdict}.",
        (1, _, _) => $"The one pair of rows cannot be told apart: {Verdict}.",
        _ => $"Of {Pairs} pairs of rows {Kept} stand in the paper's order beyond chance, {Reversed} in the opposite one, and "
            + $"{Inconclusive} cannot be told apart: {Verdict}.",
    };

    private string Verdict => (Kept, Reversed, Inconclusive) switch
    {
        ( > 0, 0, 0) => "the shape agrees",
        ( > 0, 0, _) => "what can be told agrees with the paper",
        (0, > 0, _) => "the shape does not agree",
        ( > 0, > 0, _) => "the shape agrees in part",
        _ => "whether the shape agrees cannot be told",
    };

    /// <summary>Compares the order of every two rows.</summary>
    /// <param name="paper">The paper's numbers, one for each row.</param>
    /// <param name="difference">How much higher the first of two rows came out than the second.</param>
    public static OrderAgreement Of(IReadOnlyList<double> paper, Func<int, int, MeanInterval> difference)
    {
        OrderAgreement counted = new(0, 0, 0);
        for (int first = 0; first < paper.Count; first++)
        {
            for (int second = first + 1; second < paper.Count; second++)
            {
                int order = paper[first].CompareTo(paper[second]);
                if (order != 0)
                {
                    counted = counted.With(order * SignOf(difference(first, second)));
                }
            }
        }
        return counted;
    }

    // 0 where the interval holds zero, and for a single seed, which has none.
    private static int SignOf(MeanInterval interval) => interval switch
    {
        { Lower: > 0 } => 1,
        { Upper: < 0 } => -1,
        _ => 0,
    };

    private OrderAgreement With(int agreement) => agreement switch
    {
        > 0 => this with { Kept = Kept + 1 },
        < 0 => this with { Reversed = Reversed + 1 },
        _ => this with { Inconclusive = Inconclusive + 1 },
    };
}
