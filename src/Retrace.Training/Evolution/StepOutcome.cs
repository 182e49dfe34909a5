using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>All that a step has to tell.</summary>
/// <param name="Groups">[problems]</param>
/// <param name="Rewards">[problems][n]</param>
/// <param name="Advantages">[problems][n]</param>
/// <param name="Learned">What learning measured.</param>
/// <param name="Rollout">The time from the batch to the advantages.</param>
/// <param name="Learning">The time that learning took.</param>
internal sealed record StepOutcome(
    SampledGroup[] Groups,
    double[][] Rewards,
    double[][] Advantages,
    LearningStatistics Learned,
    TimeSpan Rollout,
    TimeSpan Learning);
