namespace Retrace.Rewards;

/// <summary>0 or 1 with equal chance: a control that must not improve.</summary>
public sealed class RandomReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.RandomNumbers;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        Random random = group.Read<RandomNumbers>().Stream;
        return new ExplainedScores(
            [.. group.Maternal.Select(_ => (double)random.Next(2))], "0 or 1, whatever the answer", []);
    }
}
