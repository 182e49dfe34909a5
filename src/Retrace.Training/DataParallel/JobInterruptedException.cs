namespace Retrace.Training.DataParallel;

/// <summary>The job was interrupted: one of its processes was asked to stop, and all of them stop.</summary>
public sealed class JobInterruptedException() : OperationCanceledException("the job was interrupted");
