namespace Retrace.Models.Network;

/// <summary>A prompt, or a prompt with responses, ready for the model.</summary>
/// <param name="Tokens">Ids, each image's placeholder already repeated for every one of its tokens.</param>
/// <param name="Images">Its images in order of appearance, as indices into the <see cref="ImageFeatures"/> given along.</param>
public sealed record TokenSequence(int[] Tokens, IReadOnlyList<int> Images)
{
    /// <summary>
    /// Lengths of the branches at its end: each continues the stem before them and attends to the stem and itself alone.
    /// Empty: there are none.
    /// </summary>
    public IReadOnlyList<int> Branches { get; init; } = [];
}
