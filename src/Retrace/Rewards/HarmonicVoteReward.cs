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
        AnswerFrequencies asked = new(group.Maternal);
        IReadOnlyList<int> inOtherWords = group.Beside(RewardInputs.RephrasedAnswers);
        AnswerFrequencies? rephrased = inOtherWords.Count == 0 ? null : new(inOtherWords);
        int label = rephrased is null ? AnswerClasses.None : LabelOf(group, asked, rephrased);
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => answer != AnswerClasses.None && answer == label ? 1.0 : 0.0)],
            "1 for the answer with the largest harmonic mean of both shares",
            [
                RewardPart.OfAnswers("share of the samples", group, asked.Of),
                .. rephrased is null
                    ? Array.Empty<RewardPart>()
                    :
                    [
                        RewardPart.OfAnswers("share of the answers to other words", group, rephrased.Of),
                        RewardPart.OfAnswers(
                            "harmonic mean", group, answer => Harmonic(asked.Of(answer), rephrased.Of(answer))),
                    ],
            ]);
    }

    public double WeightOf(AnswerGroup group) => group.Beside(RewardInputs.RephrasedAnswers).Count == 0 ? 0 : 1;

    private static int LabelOf(AnswerGroup group, AnswerFrequencies asked, AnswerFrequencies rephrased) =>
        group.Maternal
            .Where(answer => answer != AnswerClasses.None && rephrased.Of(answer) > 0)
            .DefaultIfEmpty(AnswerClasses.None)
            .MinBy(answer => (-Harmonic(asked.Of(answer), rephrased.Of(answer)), answer));

    private static double Harmonic(double p, double q) => p + q == 0 ? 0 : 2 * p * q / (p + q);
}
