namespace Retrace.Rewards;

/// <summary>
/// Self-certainty (arXiv 2505.19590): the mean divergence of the next-token distribution from the uniform one, in nats,
/// at least 0. Reads no answers.
/// </summary>
public sealed class SelfCertaintyReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.SelfCertainties;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        IReadOnlyList<double> certainties = group.Read<SelfCertainties>().Values;
        return new ExplainedScores(
            [.. certainties], "the self-certainty", [RewardPart.Of("self-certainty, in nats", certainties)]);
    }
}
