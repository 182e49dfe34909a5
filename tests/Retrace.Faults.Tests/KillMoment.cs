using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>When a process is killed.</summary>
internal enum KillMoment
{
    /// <summary>At any moment from the start of the process on.</summary>
    Any,

    /// <summary>Within the evaluation before training, or of a step.</summary>
    Evaluation,

    /// <summary>While a checkpoint is being written: its folder with the temporary name is there.</summary>
    Checkpoint,

    /// <summary>While a checkpoint gets its name and the oldest one is removed.</summary>
    Renaming,

    /// <summary>While the folder is told what the run is started with: origin.json is written, then config.yaml.</summary>
    Beginning,
}

/// <summary>Waits for such a moment from outside, by what can be seen in the run's folder.</summary>
internal static class KillMoments
{
    // A checkpoint of the tiny run takes some hundredths of a second.
    private static readonly TimeSpan CheckpointTime = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan RenamingTime = TimeSpan.FromMilliseconds(6);
    private static readonly TimeSpan BeginningTime = TimeSpan.FromMilliseconds(12); // Two files, each flushed to the disk.

    /// <summary>Waits, and then for a random while.</summary>
    /// <returns>Whether the process still runs.</returns>
    public static async Task<bool> WaitForAsync(
        this KillMoment moment, TinyRun run, Process process, TimedRun unbroken, Random random)
    {
        int latest = run.LatestCheckpoint;
        DateTime unfinished = run.UnfinishedCheckpoint;
        bool hadBegun = run.HasBegun;
        DateTime written = run.LatestWriting;
        bool isThere = moment switch
        {
            KillMoment.Any => true,
            KillMoment.Evaluation when !hadBegun => await TinyRun.UntilAsync(process, () => run.HasBegun),
            KillMoment.Beginning => await TinyRun.UntilAsync(process, () => run.LatestWriting > written),
            KillMoment.Checkpoint => await TinyRun.UntilAsync(process, () => run.UnfinishedCheckpoint > unfinished),
            _ => await TinyRun.UntilAsync(process, () => run.LatestCheckpoint > latest),
        };
        if (!isThere)
        {
            return false;
        }
        TimeSpan longest = moment switch
        {
            KillMoment.Any => unbroken.Whole,
            KillMoment.Evaluation => unbroken.Step,
            KillMoment.Checkpoint => CheckpointTime,
            KillMoment.Beginning => BeginningTime,
            _ => RenamingTime,
        };
        await Task.Delay(longest * random.NextDouble(), TestContext.Current.CancellationToken);
        return !process.HasExited;
    }
}
