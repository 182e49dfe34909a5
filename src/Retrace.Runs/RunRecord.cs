namespace Retrace.Runs;

/// <summary>A run as it lies on disk, finished or still going.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="ConfigText">The text of <see cref="RunFolder.Config"/>; empty when there is none.</param>
/// <param name="Metrics">In the file's order, which is that of the steps.</param>
/// <param name="Trajectories">Read from disk anew each time it is enumerated.</param>
/// <param name="Answers">Read from disk anew each time it is enumerated.</param>
public sealed record RunRecord(
    string Name,
    string ConfigText,
    IReadOnlyList<StepMetrics> Metrics,
    IEnumerable<TrajectorySample> Trajectories,
    IEnumerable<GroupAnswers> Answers)
{
    /// <summary>The responses of the evaluations. Read from disk anew each time it is enumerated.</summary>
    public IEnumerable<EvaluationSample> EvaluationSamples { get; init; } = [];

    /// <summary>
    /// The common name of runs that differ only in their seeds; null where method and configuration decide which those
    /// are.
    /// </summary>
    public string? Variant { get; init; }
}
