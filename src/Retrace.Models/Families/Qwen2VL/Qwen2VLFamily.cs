using System.Text.Json.Nodes;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>
/// Qwen2-VL: a vision tower that attends over whole frames before a Qwen2 decoder with three-axis rotary positions.
/// </summary>
/// <remarks>Source: Wang et al. 2024 (arXiv 2409.12191) and the public transformers implementation.</remarks>
public sealed class Qwen2VLFamily : QwenFamily
{
    internal const string Type = "qwen2_vl";

    public override string ModelType => Type;

    public override string Name => "Qwen2-VL";

    /// <summary>The hub's names; newer tools nest both parts under <c>model.</c>.</summary>
    public override WeightNames WeightNames { get; } = new(
        Vision: VisionTower.Prefix,
        Decoder: "model.",
        Alternatives: [(VisionTower.Prefix, "model.visual."), ("model.", "model.language_model.")]);

    public override ChatTemplate Chat { get; } = new DefaultSystemTemplate();

    public override ImageProcessorConfig ImageDefaults { get; } = new()
    {
        MinPixels = 3136,
        MaxPixels = 12_845_056,
        PatchSize = 14,
        TemporalPatchSize = 2,
        MergeSize = 2,
        ImageMean = [0.48145466, 0.4578275, 0.40821073],
        ImageStd = [0.26862954, 0.26130258, 0.27577711],
        ImageProcessorType = "Qwen2VLImageProcessor",
        ProcessorClass = "Qwen2VLProcessor",
    };

    public override IReadOnlyList<ModelSize> PublishedSizes => Sizes.Published;

    public override ModelSize Tiny => Sizes.Tiny;

    public override ModelConfig ReadConfig(JsonPart root) => new FramedConfigReading(this, root).Read();

    public override JsonObject WriteConfig(ModelConfig config) => FlatConfigWriting.Write(
        config, "Qwen2VLForConditionalGeneration", FramedVision((FramedVisionConfig)config.Vision));

    public override VisionEncoder CreateEncoder(Parameters parameters, VisionConfig config) =>
        new VisionTower(parameters, (FramedVisionConfig)config);

    private static JsonObject FramedVision(FramedVisionConfig vision) => new()
    {
        ["model_type"] = Type,
        ["depth"] = vision.Depth,
        ["embed_dim"] = vision.HiddenSize,
        ["mlp_ratio"] = Ratio(vision),
        ["num_heads"] = vision.Heads,
        ["in_channels"] = VisionConfig.Channels,
        ["in_chans"] = VisionConfig.Channels,
        ["hidden_act"] = "quick_gelu",
        ["hidden_size"] = vision.OutHiddenSize,
        ["patch_size"] = vision.PatchSize,
        ["spatial_merge_size"] = vision.MergeSize,
        ["spatial_patch_size"] = vision.PatchSize,
        ["temporal_patch_size"] = vision.TemporalPatchSize,
    };

    // The file has a ratio, which the reference wants to be a whole number.
    private static JsonNode Ratio(FramedVisionConfig vision) => vision.IntermediateSize % vision.HiddenSize == 0
        ? vision.IntermediateSize / vision.HiddenSize
        : (double)vision.IntermediateSize / vision.HiddenSize;
}
