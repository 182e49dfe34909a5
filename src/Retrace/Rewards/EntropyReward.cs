namespace Retrace.Rewards;

/// <summary>
/// Entropy minimisation: the negative mean next-token entropy of the trajectory, in nats, at most 0. Reads no answers.
/// </summary>
public sealed class EntropyReward : IRewardRule
{
    /// <exception cref="ArgumentException">The group does not carry one mean entropy for each trajectory.</exception>
    public double[] Score(AnswerGroup group)
    {
        if (group.MeanEntropies is not { } entropies || entropies.Count != group.Maternal.Count)
        {
            throw new ArgumentException("The entropy reward needs the mean entropy of each maternal trajectory.");
        }
        return [.. entropies.Select(entropy => -entropy)];
    }
}
