namespace Retrace.Simulation;

/// <summary>The expected reward of each answer when a policy is rewarded by its own answers.</summary>
public interface IExpectedReward
{
    /// <summary>
    /// [A] the expected reward of a trajectory given that it has this answer, over the others of its group
    /// and over the continuations.
    /// </summary>
    /// <param name="policy">The policy that trajectories and continuations are sampled from.</param>
    /// <param name="iteration">The number of the iteration, from 0; part of the random stream's name.</param>
    double[] Of(AnswerDistribution policy, int iteration);
}
