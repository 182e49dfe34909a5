using Retrace.Models.Images;

namespace Retrace.Training.Rollouts;

/// <summary>Something to continue, several times.</summary>
public sealed record RolloutRequest
{
    private readonly Lazy<IReadOnlyList<ProcessedImage>> _images;

    /// <param name="prompt">See <see cref="Prompt"/>.</param>
    /// <param name="images">See <see cref="Images"/>.</param>
    /// <param name="maxTokens">See <see cref="MaxTokens"/>.</param>
    /// <param name="streams">See <see cref="Streams"/>.</param>
    public RolloutRequest(
        int[] prompt, IReadOnlyList<ProcessedImage> images, int maxTokens, IReadOnlyList<Random> streams)
        : this(prompt, new Lazy<IReadOnlyList<ProcessedImage>>(images), maxTokens, streams)
    {
    }

    /// <summary>With images that may still be in the making, and are not made unless somebody reads them.</summary>
    /// <inheritdoc cref="RolloutRequest(int[], IReadOnlyList{ProcessedImage}, int, IReadOnlyList{Random})"/>
    public RolloutRequest(
        int[] prompt, Lazy<IReadOnlyList<ProcessedImage>> images, int maxTokens, IReadOnlyList<Random> streams)
    {
        Prompt = prompt;
        _images = images;
        MaxTokens = maxTokens;
        Streams = streams;
    }

    /// <summary>Token ids, image tokens expanded; a kept prefix of a response stands at its end.</summary>
    public int[] Prompt { get; }

    /// <summary>
    /// The prompt's images. Requests that show the same image share one object, and its features.
    /// </summary>
    public IReadOnlyList<ProcessedImage> Images => _images.Value;

    /// <summary>The most tokens a sample may have, the stop token included.</summary>
    public int MaxTokens { get; }

    /// <summary>One stream of random numbers for each sample that is wanted.</summary>
    public IReadOnlyList<Random> Streams { get; init; }
}
