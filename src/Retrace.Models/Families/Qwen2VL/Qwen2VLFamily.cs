using System.Text.Json.Nodes;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>
/// Qwen2-VL: a vision tower that attends over whole frames before a Qwen2 decoder with three-axis rotary positions.
/// </summary>
/// <remarks>Source: Wang et al. 2024 (arXiv 2409.12191) and the public transformers implementation.</remarks>
public sealed class Qwen2VLFamily() : Qwen2DecoderFamily("Qwen2VLProcessor")
{
    internal const string Type = "qwen2_vl";

    public override string ModelType => Type;

    public override string Name => "Qwen2-VL";

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
