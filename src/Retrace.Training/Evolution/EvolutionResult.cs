using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>The result of a run that has taken all its steps.</summary>
/// <param name="RunFolder">The run's folder.</param>
/// <param name="Checkpoint">The folder of the last checkpoint: a model or an adapter.</param>
public sealed record EvolutionResult(string RunFolder, string Checkpoint)
{
    /// <summary>The metrics of all steps in order, read from the folder on first use.</summary>
    public IReadOnlyList<StepMetrics> Metrics => field ??= RunReader.Read(RunFolder).Metrics;

    /// <summary>The metrics of the last step.</summary>
    public StepMetrics Last => Metrics[^1];
}
