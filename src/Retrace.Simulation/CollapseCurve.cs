namespace Retrace.Simulation;

/// <summary>The policies that one map goes through.</summary>
/// <param name="Map">Its name.</param>
/// <param name="Reference">What its divergence is taken from.</param>
/// <param name="IsSampled">Whether the rewards are those of sampled groups rather than exact expectations.</param>
/// <param name="Policies">[iterations + 1]</param>
public sealed record CollapseCurve(
    string Map, ReferencePolicy Reference, bool IsSampled, IReadOnlyList<AnswerDistribution> Policies)
{
    /// <summary>The mass outside the first mode after so many iterations: the tail.</summary>
    public double Tail(int iteration) => 1 - Policies[iteration][Policies[0].Mode];
}
