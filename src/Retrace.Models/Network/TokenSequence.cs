namespace Retrace.Models.Network;

/// <summary>A prompt, or a prompt with responses, ready for the model.</summary>
/// <param name="Tokens">Ids, each image's placeholder already repeated for every one of its tokens.</param>
/// <param name="Images">Its images in order of appearance, as indices into the <see cref="ImageFeatures"/> given along.</param>
public sealed record TokenSequence(int[] Tokens, IReadOnlyList<int> Images)
{
    /// <summary>
    /// Lengths of the runs of text at its end that each go on from what stands before the first of them, as if the
    /// others were not there; empty where the sequence is one run.
    /// </summary>
    public IReadOnlyList<int> Branches { get; init; } = [];
}
