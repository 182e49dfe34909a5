namespace Retrace.Simulation;

/// <summary>What a policy can expect for each answer when it is rewarded by its own answers.</summary>
public interface IExpectedReward
{
    /// <summary>
    /// [A] the expectation of the reward of a trajectory given that it has this answer, over the others of its group
    /// and over the continuations.
    /// </summary>
    /// <param name="policy">What everything is sampled from.</param>
    /// <param name="iteration">Where in the iteration this is, counted from 0; names random numbers.</param>
    double[] Of(AnswerDistribution policy, int iteration);
}
