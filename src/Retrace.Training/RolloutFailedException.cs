namespace Retrace.Training;

/// <summary>No server could generate what was asked for. The message is one sentence that says why.</summary>
public sealed class RolloutFailedException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether another process of the job says why.</summary>
    public bool IsSaidElsewhere { get; init; }
}
