namespace Retrace.Training.DataParallel;

/// <summary>The job was interrupted: some process of it was asked to stop, and all of them do.</summary>
public sealed class JobInterruptedException() : OperationCanceledException("the job was interrupted");
