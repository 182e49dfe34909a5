using Retrace.Rewards;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>The samples, rewards and statistics of a step.</summary>
/// <param name="Groups">[problems] The samples of both rounds.</param>
/// <param name="Rewarded">[problems] The rewards of the maternal trajectories, with what they are made of.</param>
/// <param name="Advantages">[problems][n] The advantages.</param>
/// <param name="Learned">Statistics of the update.</param>
/// <param name="Times">Where the step's time went.</param>
internal sealed record StepOutcome(
    SampledGroup[] Groups,
    ExplainedScores[] Rewarded,
    double[][] Advantages,
    LearningStatistics Learned,
    StepTimes Times)
{
    /// <summary>[problems][n] The rewards.</summary>
    public double[][] Rewards { get; } = Array.ConvertAll(Rewarded, group => group.Scores);
}
