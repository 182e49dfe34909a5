namespace Retrace.Training.Learning;

/// <summary>Training cannot go on. The message is one sentence that says why, and what can be tried.</summary>
public sealed class TrainingFailedException(string message) : Exception(message);
