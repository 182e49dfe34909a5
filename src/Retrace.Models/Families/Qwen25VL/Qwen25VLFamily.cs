using System.Text.Json.Nodes;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>
/// Qwen2.5-VL: a vision tower with windowed attention before a Qwen2 decoder with three-axis rotary positions.
/// </summary>
/// <remarks>Source: Bai et al. 2025 (arXiv 2502.13923) and the public transformers implementation.</remarks>
public sealed class Qwen25VLFamily : QwenFamily
{
    internal const string Type = "qwen2_5_vl";

    public override string ModelType => Type;

    public override string Name => "Qwen2.5-VL";

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
        ProcessorClass = "Qwen2_5_VLProcessor",
    };

    public override IReadOnlyList<ModelSize> PublishedSizes => Sizes.Published;

    public override ModelSize Tiny => Sizes.Tiny;

    public override ModelConfig ReadConfig(JsonPart root) => new WindowedConfigReading(this, root).Read();

    public override JsonObject WriteConfig(ModelConfig config) => FlatConfigWriting.Write(
        config, "Qwen2_5_VLForConditionalGeneration", WindowedVision((WindowedVisionConfig)config.Vision));

    public override VisionEncoder CreateEncoder(Parameters parameters, VisionConfig config) =>
        new VisionTower(parameters, (WindowedVisionConfig)config);

    private static JsonObject WindowedVision(WindowedVisionConfig vision) => new()
    {
        ["model_type"] = Type,
        ["depth"] = vision.Depth,
        ["hidden_act"] = "silu",
        ["hidden_size"] = vision.HiddenSize,
        ["intermediate_size"] = vision.IntermediateSize,
        ["num_heads"] = vision.Heads,
        ["in_channels"] = VisionConfig.Channels,
        ["in_chans"] = VisionConfig.Channels,
        ["out_hidden_size"] = vision.OutHiddenSize,
        ["patch_size"] = vision.PatchSize,
        ["spatial_merge_size"] = vision.MergeSize,
        ["spatial_patch_size"] = vision.PatchSize,
        ["temporal_patch_size"] = vision.TemporalPatchSize,
        ["window_size"] = vision.WindowSize,
        ["fullatt_block_indexes"] =
            new JsonArray([.. vision.FullAttentionBlocks.Select(index => (JsonNode)index)]),
        ["tokens_per_second"] = 2,
    };
}
