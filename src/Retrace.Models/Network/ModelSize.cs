namespace Retrace.Models.Network;

/// <summary>
/// A size in which a family's models are made: a configuration but for the ids, which a tokenizer gives.
/// </summary>
/// <param name="Name">Such as <c>qwen2.5-vl-3b</c>.</param>
/// <param name="Text">The decoder's sizes.</param>
/// <param name="Vision">The vision encoder's sizes, of the family's own kind.</param>
public sealed record ModelSize(string Name, TextConfig Text, VisionConfig Vision);
