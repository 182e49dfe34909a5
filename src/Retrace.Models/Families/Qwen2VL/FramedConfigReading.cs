using Retrace.Models.Families.Qwen;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>Reads Qwen2-VL's <c>config.json</c>.</summary>
internal sealed class FramedConfigReading(ModelFamily family, JsonPart root) : ConfigReading(family, root)
{
    protected override IEnumerable<string> OwnTextKeys => [];

    protected override IEnumerable<string> VisionKeys => ["embed_dim", "mlp_ratio"];

    protected override double DefaultNormEpsilon => 1e-5;

    protected override double DefaultRopeTheta => 1e6;

    protected override string OutSizeKey => "vision_config.hidden_size";

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
        RequireActivation(Vision, "vision_config.hidden_act", "quick_gelu");
        int width = Positive(Vision, "embed_dim");
        double intermediate = width * (Vision.FindValue("mlp_ratio")?.Number() ?? 4);
        Require(intermediate is >= 1 and <= int.MaxValue, "mlp_ratio gives the MLP no size that can be");
        return new FramedVisionConfig(
            Depth: Positive(Vision, "depth"),
            HiddenSize: width,
            IntermediateSize: (int)intermediate,
            Heads: Positive(Vision, "num_heads"),
            OutHiddenSize: Positive(Vision, "hidden_size"),
            PatchSize: Positive(Vision, "patch_size"),
            MergeSize: Positive(Vision, "spatial_merge_size"),
            TemporalPatchSize: Positive(Vision, "temporal_patch_size"));
    }
}
