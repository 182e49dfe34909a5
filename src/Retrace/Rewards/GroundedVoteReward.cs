using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The answer that is best seen and survives best as a pseudo-label: 1 for the answer with the largest score of
/// <see cref="GroundedReward"/>, 0 for every other.
/// </summary>
/// <remarks>
/// <para>
/// Where nothing tempts, the most frequent answer also survives best, and this is majority voting, with its strong
/// contrast between the label and the rest. It differs from the vote only where another answer is better grounded. A
/// tie goes to the answer with more maternal votes, and then to the smallest class id, which is the answer that came
/// first. This rule is ours.
/// </para>
/// <para>
/// By hand, n = 3, m = 2, λ = 0.5, answers A A B, each continued to itself, blind samples A A A: f_all = (2/3, 1/3),
/// f_blind(A) = 3/4, S = 1 for both, so excess = 1 for both; seen(A) = (2/3 − 3/4) / (1/4) = −1/3, seen(B) = 1/3; the
/// scores are 1/3 and 2/3, and the rewards 0 0 1. With no blind answers they are 5/6 and 2/3, and the rewards 1 1 0.
/// </para>
/// </remarks>
public sealed class GroundedVoteReward : IRewardRule
{
    private readonly double _lambda;

    /// <param name="lambda">The weight of the excess survival in the score, in [0, 1].</param>
    /// <exception cref="BadInputException">The weight is out of range.</exception>
    public GroundedVoteReward(double lambda) => _lambda = SurvivalExcess.Weight(lambda);

    public RewardInputs Reads => RewardInputs.Continuations | RewardInputs.BlindAnswers;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        GroundedScore score = new(group, _lambda);
        int label = group.Maternal
            .Where(answer => answer != AnswerClasses.None)
            .Distinct()
            .OrderByDescending(score.Of)
            .ThenByDescending(score.MaternalVotes)
            .ThenBy(answer => answer)
            .FirstOrDefault(AnswerClasses.None);
        return new ExplainedScores(
            LabelMatch.Scores(group, label),
            $"1 for the answer that is best grounded; grounded = {score.Formula}",
            [.. score.PartsOf(group), RewardPart.OfAnswers("grounded", group, score.Of)]);
    }
}
