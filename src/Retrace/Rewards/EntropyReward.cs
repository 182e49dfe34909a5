namespace Retrace.Rewards;

/// <summary>
/// Entropy minimisation: the negative mean next-token entropy of the trajectory, in nats, at most 0. Reads no answers.
/// </summary>
public sealed class EntropyReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.MeanEntropies;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        IReadOnlyList<double> entropies = group.Read<MeanEntropies>().Values;
        return new ExplainedScores(
            [.. entropies.Select(entropy => -entropy)],
            "minus the mean entropy",
            [RewardPart.Of("mean entropy, in nats", entropies)]);
    }
}
