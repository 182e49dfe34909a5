using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>Scores the maternal trajectories of one problem, and says what it reads to do so.</summary>
/// <remarks>
/// The caller asks the rule: only what it reads is sampled, measured and passed on, so a rule that does not declare
/// <see cref="RewardInputs.Label"/> never sees one.
/// </remarks>
public interface IRewardRule
{
    private static readonly MathematicalEquivalence Mathematical = new();

    /// <summary>Everything that the rule reads besides the maternal answers.</summary>
    RewardInputs Reads { get; }

    /// <summary>The part of <see cref="Reads"/> without which its scores mean nothing.</summary>
    RewardInputs Needs => Reads;

    /// <summary>Decides which answers count as equal.</summary>
    IAnswerEquivalence Equivalence => Mathematical;

    /// <summary>
    /// Whether scores are advantages: no format term is blended into them, and they are not compared within the group.
    /// </summary>
    bool GivesAdvantages => false;

    /// <summary>
    /// [n] one score for each maternal trajectory, before the format's share is blended in
    /// (<see cref="RewardBlend.Total"/>). Exchanging two trajectories exchanges their scores.
    /// </summary>
    /// <exception cref="ArgumentException">The group lacks something that the rule needs.</exception>
    double[] Score(AnswerGroup group);

    /// <summary>
    /// The scores with what they are made of, from one computation. A rule that explains itself computes its scores here,
    /// and <see cref="Score"/> passes them on; one that does not has scores alone. Call one of the two, not both: each
    /// call takes further numbers of the rule's random stream.
    /// </summary>
    /// <exception cref="ArgumentException">The group lacks something that the rule needs.</exception>
    ExplainedScores Explain(AnswerGroup group) => ExplainedScores.Bare(Score(group));

    /// <summary>
    /// The problem's weight in learning, at least 0: its advantages are multiplied by it, so a problem of weight 0 is not
    /// learned from, the format of its responses included.
    /// </summary>
    double WeightOf(AnswerGroup group) => 1;
}
