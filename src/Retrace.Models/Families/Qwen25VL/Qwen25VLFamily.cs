using System.Text.Json.Nodes;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>
/// Qwen2.5-VL: a vision tower with windowed attention before a Qwen2 decoder with three-axis rotary positions.
/// </summary>
/// <remarks>Source: Bai et al. 2025 (arXiv 2502.13923) and the public transformers implementation.</remarks>
public sealed class Qwen25VLFamily() : Qwen2DecoderFamily("Qwen2_5_VLProcessor")
{
    internal const string Type = "qwen2_5_vl";

    public override string ModelType => Type;

    public override string Name => "Qwen2.5-VL";

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
