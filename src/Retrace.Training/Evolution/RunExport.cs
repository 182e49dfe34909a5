using Retrace.Models;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>Exports a run's checkpoint as a whole model, which other tools can load.</summary>
public static class RunExport
{
    /// <summary>The types that weights can be stored in.</summary>
    public static IReadOnlyList<string> Types { get; } = ["bf16", "fp16", "fp32"];

    /// <summary>Writes a model folder; an adapter is merged into its weights.</summary>
    /// <param name="runDirectory">The run's folder.</param>
    /// <param name="step">The step of the checkpoint; null: the latest.</param>
    /// <param name="output">A folder that does not exist yet.</param>
    /// <param name="type">One of <see cref="Types"/>; null keeps that of the model's files.</param>
    /// <param name="maxShardBytes">Maximum size in bytes of the tensors in one file.</param>
    /// <returns>The step of the exported checkpoint.</returns>
    /// <exception cref="BadInputException">There is no such checkpoint, or a file cannot be used.</exception>
    public static int Write(string runDirectory, int? step, string output, string? type, long maxShardBytes)
    {
        var checkpoints = new RunCheckpoints(runDirectory, keep: 1);
        int chosen = step ?? checkpoints.LatestStep ?? throw new BadInputException(
            $"{runDirectory} holds no checkpoint; it should be the folder of a run that has taken a step.");
        if (!checkpoints.Steps.Contains(chosen))
        {
            string there = string.Join(", ", checkpoints.Steps.Order());
            throw new BadInputException(
                $"{runDirectory} holds no checkpoint of step {chosen}; those there are of steps {there}.");
        }
        ScalarType? storeAs = type switch
        {
            null => null,
            "bf16" => ScalarType.BFloat16,
            "fp16" => ScalarType.Float16,
            "fp32" => ScalarType.Float32,
            _ => throw new BadInputException(
                $"The type of the weights is {type}, but must be one of {string.Join(", ", Types)}."),
        };
        ModelExport.Write(checkpoints.DirectoryOf(chosen), output, storeAs, maxShardBytes);
        return chosen;
    }
}
