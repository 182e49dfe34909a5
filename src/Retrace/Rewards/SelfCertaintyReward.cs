namespace Retrace.Rewards;

/// <summary>
/// Self-certainty (arXiv 2505.19590): the mean divergence of the next-token distribution from the uniform one, in nats,
/// at least 0. Reads no answers.
/// </summary>
public sealed class SelfCertaintyReward : IRewardRule
{
    /// <exception cref="ArgumentException">The group does not carry one self-certainty for each trajectory.</exception>
    public double[] Score(AnswerGroup group)
    {
        if (group.SelfCertainties is not { } certainties || certainties.Count != group.Maternal.Count)
        {
            throw new ArgumentException(
                "The self-certainty reward needs the self-certainty of each maternal trajectory.");
        }
        return [.. certainties];
    }
}
