using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Requests;

/// <summary>A checked request for samples, the same for every endpoint.</summary>
/// <param name="Model">The name of the model or the adapter.</param>
/// <param name="Prompt">The prompt, its image placeholders expanded.</param>
/// <param name="Samples">Number of samples to generate.</param>
/// <param name="Sampling">Temperature and top-p.</param>
/// <param name="MaxTokens">Maximum number of tokens in each sample.</param>
/// <param name="Seed">Sample i uses the random stream of seed + i.</param>
/// <param name="Stops">Strings at which a sample ends.</param>
internal sealed record SampleRequest(
    string Model,
    EncodedPrompt Prompt,
    int Samples,
    SamplingSettings Sampling,
    int MaxTokens,
    long Seed,
    IReadOnlyList<string> Stops)
{
    /// <summary>Converts the request for the rollout engine, with one random stream for each sample.</summary>
    public RolloutRequest ToRollout() => new(
        Prompt.Tokens,
        Prompt.Images,
        MaxTokens,
        [.. Enumerable.Range(0, Samples).Select(sample => RandomStream.For(unchecked(Seed + sample)))]);
}
