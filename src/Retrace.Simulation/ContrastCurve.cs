namespace Retrace.Simulation;

/// <summary>The contrastive factor of one reward over the rounds.</summary>
/// <param name="Rule">The reward rule's name.</param>
/// <param name="Group">n and k of the groups that are rewarded; null for infinitely many votes.</param>
/// <param name="IsSampled">Whether rewards are averages over sampled groups rather than exact expectations.</param>
/// <param name="Factors">[rounds] G of each round; null once an answer has no mass left.</param>
public sealed record ContrastCurve(string Rule, GroupSize? Group, bool IsSampled, IReadOnlyList<double?> Factors);
