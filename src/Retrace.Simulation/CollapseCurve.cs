namespace Retrace.Simulation;

/// <summary>The policies that one iterated map passes through.</summary>
/// <param name="Map">The map's name.</param>
/// <param name="Reference">The policy that its KL divergence is measured from.</param>
/// <param name="IsSampled">Whether the rewards are those of sampled groups rather than exact expectations.</param>
/// <param name="Policies">[iterations + 1] the policies, the initial one first.</param>
public sealed record CollapseCurve(
    string Map, ReferencePolicy Reference, bool IsSampled, IReadOnlyList<AnswerDistribution> Policies)
{
    /// <summary>The mass outside the first mode after so many iterations: the tail.</summary>
    public double Tail(int iteration) => 1 - Policies[iteration][Policies[0].Mode];

    /// <summary>The contrastive factor of one iteration: <see cref="Contrast.Between"/>.</summary>
    public double? ContrastiveFactor(int iteration, int frequent, int rare) =>
        Contrast.Between(Policies[iteration - 1], Policies[iteration], frequent, rare);
}
