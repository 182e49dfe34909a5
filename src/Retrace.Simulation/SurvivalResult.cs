namespace Retrace.Simulation;

/// <summary>The result of one rule at one survival gap.</summary>
/// <param name="Gap">The survival gap.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Curves">[seeds][updates + 1]</param>
public sealed record SurvivalResult(double Gap, string Rule, IReadOnlyList<IReadOnlyList<LearningPoint>> Curves)
{
    /// <summary>[updates + 1] means over the seeds.</summary>
    public IReadOnlyList<LearningPoint> Mean { get; } =
    [
        .. Enumerable.Range(0, Curves[0].Count).Select(update => new LearningPoint(
            Curves.Average(curve => curve[update].RightProbability), Curves.Average(curve => curve[update].Entropy))),
    ];

    /// <summary>
    /// The standard error, over the seeds, of the final probability of the right answer; null with one seed.
    /// </summary>
    public double? StandardError
    {
        get
        {
            double mean = Mean[^1].RightProbability;
            double squares = Curves.Sum(curve => Math.Pow(curve[^1].RightProbability - mean, 2));
            return Curves.Count == 1 ? null : Math.Sqrt(squares / (Curves.Count - 1) / Curves.Count);
        }
    }
}
