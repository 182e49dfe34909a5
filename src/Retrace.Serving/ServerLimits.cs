namespace Retrace.Serving;

/// <summary>What a request may ask for, and how much may wait. More is refused before work is done for it.</summary>
public sealed record ServerLimits
{
    /// <summary>Bytes of a request's body, its images among them.</summary>
    public long MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Requests at work or waiting.</summary>
    public int MaxRequests { get; init; } = 256;

    /// <summary>Samples of a request.</summary>
    public int MaxSamples { get; init; } = 128;

    /// <summary>Tokens of a sample; also what is drawn at most where a chat request does not say.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Tokens of a prompt, image tokens included.</summary>
    public int MaxPromptTokens { get; init; } = 16384;

    /// <summary>Images of a request.</summary>
    public int MaxImages { get; init; } = 16;

    /// <summary>Pixels of an image, seen in its header before memory is taken.</summary>
    public long MaxImagePixels { get; init; } = 16_000_000;
}
