using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>The sizes of Qwen2-VL's vision tower, whose blocks all attend over whole frames.</summary>
/// <param name="Depth">Blocks.</param>
/// <param name="HiddenSize">Values of a patch between the blocks.</param>
/// <param name="IntermediateSize">Values of a patch inside the MLP.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="OutHiddenSize">Values of an image token: the decoder's hidden size.</param>
/// <param name="PatchSize">The side of a patch in pixels.</param>
/// <param name="MergeSize">The side, in patches, of the square that becomes one token.</param>
/// <param name="TemporalPatchSize">Frames in a patch.</param>
public sealed record FramedVisionConfig(
    int Depth,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int OutHiddenSize,
    int PatchSize,
    int MergeSize,
    int TemporalPatchSize)
    : VisionConfig(
        Depth, HiddenSize, IntermediateSize, Heads, OutHiddenSize, PatchSize, MergeSize, TemporalPatchSize);
