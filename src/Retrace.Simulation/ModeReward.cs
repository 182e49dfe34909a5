namespace Retrace.Simulation;

/// <summary>
/// The majority indicator of Proposition 1: 1 for the most probable answer, which is what a vote of infinitely many
/// samples elects, and 0 for every other.
/// </summary>
public sealed class ModeReward : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration)
    {
        double[] rewards = new double[policy.Answers];
        rewards[policy.Mode] = 1;
        return rewards;
    }
}
