namespace Retrace.Training.Measurement;

/// <summary>A response as it was drawn.</summary>
/// <param name="Text">Without special tokens.</param>
/// <param name="Tokens">How many it has, the stop token included.</param>
/// <param name="Stopped">Whether it came to an end of its own rather than to the longest response.</param>
public sealed record SampledResponse(string Text, int Tokens, bool Stopped);
