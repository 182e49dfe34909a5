using Retrace.Models.Images;

namespace Retrace.Training.Rollouts;

/// <summary>Something to continue, several times.</summary>
/// <param name="Prompt">Token ids, image tokens expanded; a kept prefix of a response stands at its end.</param>
/// <param name="Images">The prompt's images. Requests that show the same image share one object, and its features.</param>
/// <param name="MaxTokens">The most tokens a sample may have, the stop token included.</param>
/// <param name="Streams">One stream of random numbers for each sample that is wanted.</param>
public sealed record RolloutRequest(
    int[] Prompt, IReadOnlyList<ProcessedImage> Images, int MaxTokens, IReadOnlyList<Random> Streams);
