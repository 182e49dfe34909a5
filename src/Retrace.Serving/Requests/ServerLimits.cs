namespace Retrace.Serving.Requests;

/// <summary>Bounds on requests. Requests beyond them are refused before any work is done.</summary>
public sealed record ServerLimits
{
    /// <summary>Maximum size of a request's body in bytes, images included.</summary>
    public long MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Maximum number of requests that are running or waiting.</summary>
    public int MaxRequests { get; init; } = 256;

    /// <summary>Maximum number of samples in a request.</summary>
    public int MaxSamples { get; init; } = 128;

    /// <summary>Maximum number of tokens in a sample, and the default of chat requests.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Maximum number of tokens in a prompt, image tokens included.</summary>
    public int MaxPromptTokens { get; init; } = 16384;

    /// <summary>Maximum number of images in a request.</summary>
    public int MaxImages { get; init; } = 16;

    /// <summary>Maximum number of pixels in an image, read from its header before it is decoded.</summary>
    public long MaxImagePixels { get; init; } = 16_000_000;
}
