using Retrace.Models.Images;

namespace Retrace.Training.Rollouts;

/// <summary>A prompt to continue, with one random stream for each sample.</summary>
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

    /// <summary>Creates a request whose images are computed when they are first read.</summary>
    /// <inheritdoc cref="RolloutRequest(int[], IReadOnlyList{ProcessedImage}, int, IReadOnlyList{Random})"/>
    public RolloutRequest(
        int[] prompt, Lazy<IReadOnlyList<ProcessedImage>> images, int maxTokens, IReadOnlyList<Random> streams)
    {
        Prompt = prompt;
        _images = images;
        MaxTokens = maxTokens;
        Streams = streams;
    }

    /// <summary>Token ids, image tokens expanded. The kept prefix of a response comes last.</summary>
    public int[] Prompt { get; }

    /// <summary>
    /// The prompt's images. Requests that show the same image must share the object, whose features are computed once.
    /// </summary>
    public IReadOnlyList<ProcessedImage> Images => _images.Value;

    /// <summary>Maximum number of tokens in a sample, the stop token included.</summary>
    public int MaxTokens { get; }

    /// <summary>One random stream for each sample.</summary>
    public IReadOnlyList<Random> Streams { get; init; }
}
