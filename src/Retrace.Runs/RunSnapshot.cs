namespace Retrace.Runs;

/// <summary>A run as it was when its folder was last looked at.</summary>
/// <param name="Record">The run, with its whole lines.</param>
/// <param name="Trajectories">Where each trajectory lies, in the file's order.</param>
/// <param name="Log">The last lines of its log.</param>
/// <param name="UnreadableLines">
/// Whole lines of metrics and trajectories that are no records; they are passed over.
/// </param>
/// <param name="State">The state of the run's process.</param>
public sealed record RunSnapshot(
    RunRecord Record,
    IReadOnlyList<TrajectoryPlace> Trajectories,
    IReadOnlyList<string> Log,
    int UnreadableLines,
    RunState State);

/// <summary>Where a trajectory lies in <see cref="RunFolder.Trajectories"/>.</summary>
/// <param name="Offset">Where its line begins in the file, in bytes.</param>
/// <param name="Length">The length of the line in bytes.</param>
/// <param name="Step">The step that the trajectory belongs to.</param>
public readonly record struct TrajectoryPlace(long Offset, int Length, int Step);

/// <summary>The state of a run's process.</summary>
public enum RunState
{
    /// <summary>No process is working on the run.</summary>
    Ended,

    /// <summary>A process is working on the run.</summary>
    Running,

    /// <summary>It has been asked to stop, and saves a checkpoint.</summary>
    Stopping,
}
