using Retrace.Objectives;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Makes training samples of maternal trajectories and their advantages, never of continuations.</summary>
/// <param name="correction">How ratios of another engine's probabilities become weights.</param>
/// <param name="importanceBound">C of <see cref="ImportanceCorrection"/>.</param>
internal sealed class TrainingSamples(ImportanceCorrection correction, double importanceBound)
{
    /// <summary>Makes the samples of a step: [problems · n].</summary>
    /// <param name="groups">[problems] The samples of both rounds.</param>
    /// <param name="advantages">[problems][n] The advantages of maternal trajectories.</param>
    public TrainingSample[] Of(SampledGroup[] groups, double[][] advantages) =>
    [
        .. groups.Zip(advantages).SelectMany(group => group.First.Maternal.Zip(group.Second, (trajectory, advantage) =>
            new TrainingSample(
                new PromptedResponse(
                    group.First.Problem.Prompt, trajectory.Generation.Tokens, group.First.Problem.Images),
                trajectory.Generation.LogProbs,
                advantage,
                ImportanceOf(trajectory.Generation)))),
    ];

    private TokenImportance? ImportanceOf(Generation generation) => generation.ServerLogProbs is float[] ofServer
        ? correction.Of(generation.LogProbs, ofServer, importanceBound)
        : null;
}
