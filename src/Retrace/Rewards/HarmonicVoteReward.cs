using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Self-Harmony: 1 for the answer with the largest harmonic mean of its frequencies under the question and under the
/// question in other words, 0 for every other. An answer has to be stable under both.
/// </summary>
/// <remarks>
/// Source: arXiv 2511.01191. With p and q the two frequencies, the label is argmax 2pq / (p + q); a tie goes to the answer
/// that came first, and where no answer is in both there is no label. The paper trains on the responses to both wordings,
/// here those to the question as it is are. A problem without answers to other words is not learned from. By hand: A A A
/// B, and B B B A to the other wording: 2 · 0.75 · 0.25 / 1 = 0.375 for both, so the rewards are 1 1 1 0; with B B B C,
/// h(A) = 0 and h(B) = 0.375: 0 0 0 1.
/// </remarks>
public sealed class HarmonicVoteReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.RephrasedAnswers;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        TwoWordings wordings = new(group);
        return new ExplainedScores(
            LabelMatch.Scores(group, LabelOf(group, wordings)),
            "1 for the answer with the largest harmonic mean of both shares",
            [
                .. wordings.Parts,
                .. wordings.Rephrased is null
                    ? Array.Empty<RewardPart>()
                    : [RewardPart.OfAnswers("harmonic mean", group, answer => MeanOf(answer, wordings))],
            ]);
    }

    public double WeightOf(AnswerGroup group) => TwoWordings.WeightOf(group);

    private static int LabelOf(AnswerGroup group, TwoWordings wordings) =>
        group.Maternal
            .Where(answer => answer != AnswerClasses.None && wordings.Rephrased?.Of(answer) > 0)
            .DefaultIfEmpty(AnswerClasses.None)
            .MinBy(answer => (-MeanOf(answer, wordings), answer));

    private static double MeanOf(int answer, TwoWordings wordings) =>
        HarmonicMean.Of(wordings.Asked.Of(answer), wordings.Rephrased?.Of(answer) ?? 0);
}
