namespace Retrace.Models.Network;

/// <summary>
/// The sizes that vision encoders of all families have. A family derives its own, with what else it needs.
/// </summary>
/// <param name="Depth">Blocks.</param>
/// <param name="HiddenSize">Values of a patch between the blocks.</param>
/// <param name="IntermediateSize">Values of a patch inside the MLP.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="OutHiddenSize">Values of an image token: the decoder's hidden size.</param>
/// <param name="PatchSize">The side of a patch in pixels.</param>
/// <param name="MergeSize">The side, in patches, of the square that becomes one token.</param>
/// <param name="TemporalPatchSize">Frames in a patch; a still image is repeated to fill them.</param>
public abstract record VisionConfig(
    int Depth,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int OutHiddenSize,
    int PatchSize,
    int MergeSize,
    int TemporalPatchSize)
{
    /// <summary>Colour channels of an image: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>
    /// How many of the decoder's first layers get an addition to their output at image tokens, each its own, from
    /// blocks in the middle of the encoder (DeepStack, Meng et al. 2024, arXiv 2406.04334).
    /// </summary>
    public virtual int DeepStackLayers => 0;

    /// <summary>The size of one attention head.</summary>
    public int HeadSize => HiddenSize / Heads;

    /// <summary>Patches that become one token.</summary>
    public int PatchesPerToken => MergeSize * MergeSize;

    /// <summary>Values in one flattened patch.</summary>
    public int PatchLength => Channels * TemporalPatchSize * PatchSize * PatchSize;
}
