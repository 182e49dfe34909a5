using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>A line of a file of prompts. It has either a text or tokens.</summary>
/// <param name="Place">Names file and line in messages.</param>
/// <param name="Id">As it stands there, text or a number; the line's number where there is none.</param>
/// <param name="Text">What the user says.</param>
/// <param name="Tokens">At least one id, image tokens expanded: the whole input, with no template around it.</param>
/// <param name="Response">What the model is taken to have answered; null where the line does not say.</param>
/// <param name="Images">In the order in which the prompt shows them.</param>
public sealed record PromptLine(
    string Place,
    JsonElement Id,
    string? Text,
    IReadOnlyList<int>? Tokens,
    string? Response,
    IReadOnlyList<ProblemImage> Images);
