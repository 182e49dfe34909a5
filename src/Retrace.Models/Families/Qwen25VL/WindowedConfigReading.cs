using Retrace.Models.Families.Qwen;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>Reads Qwen2.5-VL's <c>config.json</c>.</summary>
internal sealed class WindowedConfigReading(ModelFamily family, JsonPart root) : ConfigReading(family, root)
{
    protected override IEnumerable<string> OwnTextKeys => [];

    protected override IEnumerable<string> VisionKeys =>
        ["intermediate_size", "out_hidden_size", "window_size", "fullatt_block_indexes"];

    protected override double DefaultNormEpsilon => 1e-5;

    protected override double DefaultRopeTheta => 1e6;

    protected override TextConfig ReadText(TextConfig sizes)
    {
        Require(sizes.HiddenSize % sizes.Heads == 0, "hidden_size is no multiple of num_attention_heads");
        Require(
            (Text.FindValue("head_dim")?.Integer() ?? sizes.HeadSize) == sizes.HeadSize,
            "head_dim differs from hidden_size / num_attention_heads");
        Require(Rope.Interleaved is not true, "mrope_interleaved is true; this family's axes stand in sections");
        return sizes with { RopeAxes = Rotary.AxesInSections(RopeSections(sizes)) };
    }

    protected override VisionConfig ReadVision()
    {
        RequireActivation(Vision, "vision_config.hidden_act", "silu");
        var vision = new WindowedVisionConfig(
            Depth: Positive(Vision, "depth"),
            HiddenSize: Positive(Vision, "hidden_size"),
            IntermediateSize: Positive(Vision, "intermediate_size"),
            Heads: Positive(Vision, "num_heads"),
            OutHiddenSize: Positive(Vision, "out_hidden_size"),
            PatchSize: Positive(Vision, "patch_size"),
            MergeSize: Positive(Vision, "spatial_merge_size"),
            TemporalPatchSize: Positive(Vision, "temporal_patch_size"),
            WindowSize: Positive(Vision, "window_size"),
            FullAttentionBlocks: Vision["fullatt_block_indexes"].Integers());
        Require(
            vision.WindowSize % ((long)vision.PatchSize * vision.MergeSize) == 0,
            "window_size is no multiple of patch_size times spatial_merge_size");
        return vision;
    }
}
