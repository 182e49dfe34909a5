namespace Retrace.Rewards;

/// <summary>
/// Entropy minimisation: the negative mean next-token entropy of the trajectory, in nats, at most 0. Reads no answers.
/// </summary>
public sealed class EntropyReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.MeanEntropies;

    public double[] Score(AnswerGroup group) => [.. group.Read<MeanEntropies>().Values.Select(entropy => -entropy)];
}
