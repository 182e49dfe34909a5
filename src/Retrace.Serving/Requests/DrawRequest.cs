using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Requests;

/// <summary>A request that has been read and checked, whichever call it came by.</summary>
/// <param name="Model">The model's or the adapter's name.</param>
/// <param name="Prompt">What is continued, images expanded.</param>
/// <param name="Samples">How many.</param>
/// <param name="Sampling">How.</param>
/// <param name="MaxTokens">Of each sample.</param>
/// <param name="Seed">Sample i is drawn with the seed + i.</param>
/// <param name="Stops">Strings at which a sample ends.</param>
internal sealed record DrawRequest(
    string Model,
    EncodedPrompt Prompt,
    int Samples,
    SamplingSettings Sampling,
    int MaxTokens,
    long Seed,
    IReadOnlyList<string> Stops)
{
    /// <summary>As the engine takes it.</summary>
    public RolloutRequest ToRollout() => new(
        Prompt.Tokens,
        Prompt.Images,
        MaxTokens,
        [.. Enumerable.Range(0, Samples).Select(sample => RandomStream.For(unchecked(Seed + sample)))]);
}
