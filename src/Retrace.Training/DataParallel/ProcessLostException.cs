namespace Retrace.Training.DataParallel;

/// <summary>The exchange with the other processes has broken off.</summary>
/// <param name="call">The call that failed, and its error.</param>
public sealed class ProcessLostException(string call) : Exception(
    $"The exchange with another process of the job has broken off ({call}); its checkpoints are whole: --resume "
    + "goes on from the latest, or begins anew where there is none, with any number of processes.");
