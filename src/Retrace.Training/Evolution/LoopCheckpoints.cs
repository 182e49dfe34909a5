namespace Retrace.Training.Evolution;

/// <summary>What the loop over the steps does with checkpoints.</summary>
/// <param name="Save">Saves one; called in all processes with the number of steps taken.</param>
/// <param name="FindLatest">The folder of the latest one; null where there is none.</param>
/// <param name="SetLatestAside">Moves the latest one out of the way of a resume, and returns where it is kept.</param>
/// <param name="Exists">Whether there is one of a step.</param>
/// <param name="GoBack">Puts weights and optimizer back to those of a step's; called in all processes.</param>
internal sealed record LoopCheckpoints(
    Action<int> Save,
    Func<string?> FindLatest,
    Func<string> SetLatestAside,
    Func<int, bool> Exists,
    Action<int> GoBack);
