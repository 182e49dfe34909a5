namespace Retrace.Training.Guarding;

/// <summary>The guard has stopped a run that collapses; its last step has a checkpoint.</summary>
public sealed class CollapseException(string message) : Exception(message);
