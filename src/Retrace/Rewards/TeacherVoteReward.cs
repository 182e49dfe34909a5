using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Co-rewarding II: 1 for the most frequent answer of a teacher, 0 for every other. The teacher's weights are a slow
/// average of the policy's, so the policy cannot make a label of its latest habit.
/// </summary>
/// <remarks>
/// Source: Zhang et al. 2025, "Co-rewarding" (arXiv 2508.00410), its release. By hand: A A A B, of a teacher that
/// answers B B A, gives 0 0 0 1. Where the teacher answers nothing, all get 0; a tie goes to the answer that came first,
/// in the policy's responses before the teacher's.
/// </remarks>
public sealed class TeacherVoteReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.TeacherAnswers;

    /// <exception cref="ArgumentException">The group has no answers of a teacher.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no answers of a teacher.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        IReadOnlyList<int> answers = group.SideAnswersOf(RewardInputs.TeacherAnswers);
        if (answers.Count == 0)
        {
            throw new ArgumentException("Co-rewarding II needs answers of the teacher; the group has none.");
        }
        AnswerFrequencies teacher = new(answers);
        return new ExplainedScores(
            LabelMatch.Scores(group, teacher.Mode),
            "1 for the teacher's most frequent answer",
            [
                RewardPart.OfAnswers("share of the samples", group, new AnswerFrequencies(group.Maternal).Of),
                RewardPart.OfAnswers("share of the teacher's answers", group, teacher.Of),
            ]);
    }
}
