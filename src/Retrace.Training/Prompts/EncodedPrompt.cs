using Retrace.Models.Images;

namespace Retrace.Training.Prompts;

/// <summary>What the model reads.</summary>
/// <param name="Tokens">Ids, image tokens expanded; at least one.</param>
/// <param name="Images">The images of these tokens.</param>
public sealed record EncodedPrompt(int[] Tokens, IReadOnlyList<ProcessedImage> Images);
