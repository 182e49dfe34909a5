using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>A line of a prompt file, with either a text or tokens.</summary>
/// <param name="Place">File and line, for error messages.</param>
/// <param name="Id">The line's id, a string or a number; the line's number if it has none.</param>
/// <param name="Text">The text of the user's turn.</param>
/// <param name="Tokens">The whole input as token ids without a template, image tokens expanded; at least one.</param>
/// <param name="Response">The response to score; null if the line has none.</param>
/// <param name="Images">The images in the order of the prompt.</param>
public sealed record PromptLine(
    string Place,
    JsonElement Id,
    string? Text,
    IReadOnlyList<int>? Tokens,
    string? Response,
    IReadOnlyList<ProblemImage> Images);
