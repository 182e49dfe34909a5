using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Rewards an answer for surviving re-inference beyond what its frequency explains: r(a) = (1 − λ) f_all(a) + λ
/// excess(a).
/// </summary>
/// <remarks>
/// <para>excess(a) is the answer's survival in re-inference beyond its frequency (<see cref="SurvivalExcess"/>).</para>
/// <para>
/// In [−λ, 1]. An unextractable answer gets −λ, no more than any answer can get, so that not answering never pays. This
/// rule is ours; it can lift a right answer that is in the minority, which no frequency can.
/// </para>
/// </remarks>
public sealed class SurvivalReward : IRewardRule
{
    private readonly double _lambda;

    /// <param name="lambda">The weight of the excess survival, in [0, 1].</param>
    /// <exception cref="BadInputException">The weight is out of range.</exception>
    public SurvivalReward(double lambda) => _lambda = SurvivalExcess.Weight(lambda);

    public RewardInputs Reads => RewardInputs.Continuations;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        SurvivalExcess survival = new(group, counts);
        return new ExplainedScores(
            [
                .. group.Maternal.Select(answer => answer == AnswerClasses.None
                    ? -_lambda
                    : ((1 - _lambda) * counts.OverallFrequency(answer)) + (_lambda * survival.Of(answer))),
            ],
            FormattableString.Invariant(
                $"(1 − λ) · share of both rounds + λ · excess survival, λ = {_lambda}; without an answer −λ"),
            [
                RewardPart.OfAnswers("share of both rounds", group, counts.OverallFrequency),
                RewardPart.OfAnswers("survival", group, survival.SurvivalOf),
                RewardPart.OfAnswers("excess survival", group, survival.Of),
            ]);
    }
}
