namespace Retrace.Training.Learning;

/// <summary>Training cannot continue. The message is one sentence that says why and what to try.</summary>
public sealed class TrainingFailedException(string message, Exception? innerException = null)
    : Exception(message, innerException);
