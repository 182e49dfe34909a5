namespace Retrace.Training;

/// <summary>A number that a model computed is NaN or infinite. The message is half a sentence that says which.</summary>
public sealed class NotFiniteException(string message) : Exception(message)
{
    /// <summary>Whether the step has updated the weights before, so that its own updates may be the cause.</summary>
    public bool IsAfterUpdate { get; init; }

    /// <summary>Whether the step's updates are the cause: before them the value was finite.</summary>
    public bool IsByUpdate { get; init; }
}
