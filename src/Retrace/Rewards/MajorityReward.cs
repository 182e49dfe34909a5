using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The vote as a pseudo-label (MM-UPT, TTRL): 1 for the most frequent answer, 0 for every other.
/// </summary>
/// <remarks>
/// All answers of the group vote, retraced ones included, so that the comparison with CSRS can be made at an equal
/// number of generated tokens: independent samples take the continuations' places. A tie goes to the answer with more
/// maternal votes, and then to the smallest class id, which is the answer that came first.
/// </remarks>
public sealed class MajorityReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Continuations;

    public RewardInputs Needs => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        int majority = counts.Majority();
        return new ExplainedScores(
            LabelMatch.Scores(group, majority),
            "1 for the answer with the most votes",
            [RewardPart.OfAnswers("share of all votes", group, counts.OverallFrequency)]);
    }
}
