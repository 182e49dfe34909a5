namespace Retrace.Training;

/// <summary>A number that a model computed is NaN or infinite. The message is half a sentence that says which.</summary>
public sealed class NotFiniteException(string message) : Exception(message);
