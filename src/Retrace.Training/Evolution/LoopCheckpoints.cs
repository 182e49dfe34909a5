namespace Retrace.Training.Evolution;

/// <summary>What the loop over the steps does with checkpoints.</summary>
/// <param name="Save">Saves one; called in all processes with the number of steps taken.</param>
/// <param name="FindLatest">The folder of the latest one; null where there is none.</param>
/// <param name="SetLatestAside">Moves the latest one out of the way of a resume, and returns where it is kept.</param>
internal sealed record LoopCheckpoints(Action<int> Save, Func<string?> FindLatest, Func<string> SetLatestAside);
