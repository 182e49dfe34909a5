using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>The sizes of Qwen3-VL's vision tower.</summary>
/// <param name="Depth">Blocks.</param>
/// <param name="HiddenSize">Values of a patch between the blocks.</param>
/// <param name="IntermediateSize">Values of a patch inside the MLP.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="OutHiddenSize">Values of an image token: the decoder's hidden size.</param>
/// <param name="PatchSize">The side of a patch in pixels.</param>
/// <param name="MergeSize">The side, in patches, of the square that becomes one token.</param>
/// <param name="TemporalPatchSize">Frames in a patch.</param>
/// <param name="PositionSide">
/// The side of the square table of learned positions, which is stretched over each image.
/// </param>
/// <param name="DeepStackBlocks">
/// Ascending: the blocks whose outputs are added to those of the decoder's first layers.
/// </param>
public sealed record StackedVisionConfig(
    int Depth,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int OutHiddenSize,
    int PatchSize,
    int MergeSize,
    int TemporalPatchSize,
    int PositionSide,
    IReadOnlyList<int> DeepStackBlocks)
    : VisionConfig(
        Depth, HiddenSize, IntermediateSize, Heads, OutHiddenSize, PatchSize, MergeSize, TemporalPatchSize)
{
    public override int DeepStackLayers => DeepStackBlocks.Count;
}
