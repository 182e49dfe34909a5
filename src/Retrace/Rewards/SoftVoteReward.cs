namespace Retrace.Rewards;

/// <summary>SRT's soft form: p(a), the share of the maternal samples that have the answer; 0 without an answer.</summary>
/// <remarks>
/// Source: as <see cref="SelfRewardedTrainingReward"/>, with <c>soft_reward</c>. By hand: A A A B gives 0.75 0.75 0.75
/// 0.25.
/// </remarks>
public sealed class SoftVoteReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        return new ExplainedScores(
            [.. group.Maternal.Select(frequencies.Of)],
            "share of the samples",
            [RewardPart.OfAnswers("share of the samples", group, frequencies.Of)]);
    }
}
