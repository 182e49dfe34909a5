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
    /// <summary>
    /// What runs are called together that differ in their seeds alone; null where their method and configuration tell.
    /// </summary>
    public string? Variant { get; init; }
}
