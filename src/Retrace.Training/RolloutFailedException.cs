namespace Retrace.Training;

/// <summary>No server could generate a request. The message is one sentence that says why.</summary>
public sealed class RolloutFailedException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether another process of the job reports the cause.</summary>
    public bool IsSaidElsewhere { get; init; }
}
