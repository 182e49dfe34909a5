namespace Retrace.Rewards;

/// <summary>Scores the maternal trajectories of one problem.</summary>
public interface IRewardRule
{
    /// <summary>
    /// [n] one reward for each maternal trajectory, before the format's share is blended in
    /// (<see cref="RewardBlend.Total"/>). Exchanging two trajectories exchanges their rewards.
    /// </summary>
    /// <exception cref="ArgumentException">The group lacks something that the rule reads.</exception>
    double[] Score(AnswerGroup group);
}
