namespace Retrace.Rewards;

/// <summary>
/// Self-certainty (arXiv 2505.19590): the mean divergence of the next-token distribution from the uniform one, in nats,
/// at least 0. Reads no answers.
/// </summary>
public sealed class SelfCertaintyReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.SelfCertainties;

    public double[] Score(AnswerGroup group) => [.. group.Read<SelfCertainties>().Values];
}
