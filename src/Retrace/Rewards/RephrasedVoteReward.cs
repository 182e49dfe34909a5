using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Co-rewarding I: 1 for the most frequent answer to the question in other words, 0 for every other. A habit that hangs on
/// the wording makes no label for itself.
/// </summary>
/// <remarks>
/// Source: Zhang et al. 2025, "Co-rewarding" (arXiv 2508.00410), its release. There the responses to either wording are
/// rewarded by the other's label, and trained on; here those to the question as it is. A problem without answers to
/// other words is not learned from. By hand: A A A B, and B B A to the other wording, gives 0 0 0 1.
/// </remarks>
public sealed class RephrasedVoteReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.RephrasedAnswers;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        TwoWordings wordings = new(group);
        return new ExplainedScores(
            LabelMatch.Scores(group, wordings.Rephrased?.Mode),
            "1 for the most frequent answer to other words",
            [.. wordings.Parts]);
    }

    public double WeightOf(AnswerGroup group) => TwoWordings.WeightOf(group);
}
