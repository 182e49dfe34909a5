using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Rewards an answer for being seen and for surviving: r(a) = (1 − λ) · seen(a) + λ · excess(a), both in [−1, 1].
/// </summary>
/// <remarks>
/// <para>
/// seen(a) = (f_all(a) − f_blind(a)) / (1 − f_blind(a)), clamped: an answer's frequency over both rounds beyond what
/// the question alone suggests when the picture is blanked. An answer that is as frequent blind as seen has not been
/// seen. f_blind is shrunk by one sample that answers nothing: c_B(a) / (b + 1), so it stays below 1. excess(a) is that
/// of <see cref="SurvivalReward"/>: survival beyond what the frequency explains.
/// </para>
/// <para>
/// In [−1, 1]; an unextractable answer gets −1, no more than any answer can get. This rule is ours. Without blind
/// samples (a problem that has no picture) it is the survival rule.
/// </para>
/// <para>
/// By hand, n = 2, m = 2, λ = 0.5, answers A and B continued to A A and B B, three blind samples A A and nothing: f_all
/// = (1/2, 1/2), f_blind(A) = 2/4; S̄ = 1, S = (2 + 2) / (2 + 2) = 1, excess = (1 − 1/2) / (1/2) = 1; seen(A) = 0,
/// seen(B) = 1/2; the rewards are 0.5 and 0.75.
/// </para>
/// </remarks>
public sealed class GroundedReward : IRewardRule
{
    private readonly double _lambda;

    /// <param name="lambda">The weight of the excess survival, in [0, 1].</param>
    /// <exception cref="BadInputException">The weight is out of range.</exception>
    public GroundedReward(double lambda) => _lambda = SurvivalExcess.Weight(lambda);

    public RewardInputs Reads => RewardInputs.Continuations | RewardInputs.BlindAnswers;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        GroundedScore score = new(group, _lambda);
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? -1 : score.Of(answer))],
            $"{score.Formula}; without an answer −1",
            score.PartsOf(group));
    }
}
