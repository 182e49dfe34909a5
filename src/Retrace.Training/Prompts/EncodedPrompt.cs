using Retrace.Models.Images;

namespace Retrace.Training.Prompts;

/// <summary>A prompt as token ids, with its images as patches.</summary>
/// <param name="Tokens">Token ids, image tokens expanded; at least one.</param>
/// <param name="Images">The images that the image tokens stand for.</param>
public sealed record EncodedPrompt(int[] Tokens, IReadOnlyList<ProcessedImage> Images);
