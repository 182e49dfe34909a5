namespace Retrace.Training.Measurement;

/// <summary>A sampled response as text.</summary>
/// <param name="Text">Text without special tokens.</param>
/// <param name="Tokens">Number of tokens, the stop token included.</param>
/// <param name="Stopped">Whether a stop token ended it, not the maximum length.</param>
public sealed record SampledResponse(string Text, int Tokens, bool Stopped);
