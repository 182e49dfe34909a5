using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>A run that has taken all its steps.</summary>
/// <param name="RunFolder">Where it lies.</param>
/// <param name="Checkpoint">The folder of its last checkpoint: a model, or an adapter.</param>
public sealed record EvolutionResult(string RunFolder, string Checkpoint)
{
    /// <summary>Of all its steps, in their order; read from the folder once, when they are first asked for.</summary>
    public IReadOnlyList<StepMetrics> Metrics => field ??= RunReader.Read(RunFolder).Metrics;

    /// <summary>Of the last step.</summary>
    public StepMetrics Last => Metrics[^1];
}
