using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>What is learned from: the maternal trajectories with their advantages, and never a continuation.</summary>
/// <param name="importanceTruncation">C of <see cref="TokenImportance"/>.</param>
internal sealed class TrainingSamples(double importanceTruncation)
{
    /// <summary>[problems · n]</summary>
    /// <param name="groups">[problems]</param>
    /// <param name="advantages">[problems][n]</param>
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
        ? TokenImportance.Of(generation.LogProbs, ofServer, importanceTruncation)
        : null;
}
