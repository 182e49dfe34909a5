namespace Retrace.Models.Qwen;

/// <summary>A prompt, or a prompt with a response, ready for the model.</summary>
/// <param name="Tokens">Ids, each image's placeholder already repeated for every one of its tokens.</param>
/// <param name="Images">Its images in order of appearance, as indices into the <see cref="ImageFeatures"/> given along.</param>
public sealed record TokenSequence(int[] Tokens, IReadOnlyList<int> Images);
