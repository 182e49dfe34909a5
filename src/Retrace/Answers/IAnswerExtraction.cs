namespace Retrace.Answers;

/// <summary>Finds the final answer of a response.</summary>
public interface IAnswerExtraction
{
    /// <summary>The answer, trimmed; null when there is none. Never throws, and is linear in the response.</summary>
    string? Extract(string response);

    /// <summary>
    /// The index of the character at which the response first gives an answer away, or −1. An anchor has to lie before
    /// it.
    /// </summary>
    int FirstAnswerStart(string response);
}
