using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The upper bound, which reads the label: 1 for a right answer, 0 for any other. A problem without a label gives 0
/// throughout, which has no advantage in it and so teaches nothing.
/// </summary>
public sealed class SupervisedReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Label;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group) => new(
        LabelMatch.Scores(group, group.GoldClass),
        "1 for the label",
        []);
}
