using System.Text.Json.Nodes;
using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>
/// Qwen3-VL: a vision tower with learned positions and DeepStack before a Qwen3 decoder, dense or with experts, whose
/// rotary axes take turns.
/// </summary>
/// <remarks>Source: Qwen3-VL's technical report (arXiv 2511.21631) and the public transformers implementation.</remarks>
public sealed class Qwen3VLFamily : QwenFamily
{
    private static readonly ChatTemplate Thinking = new ThinkingTemplate();

    private readonly bool _hasExperts;

    private Qwen3VLFamily(bool hasExperts) => _hasExperts = hasExperts;

    /// <summary>The models without experts.</summary>
    public static Qwen3VLFamily Dense { get; } = new(hasExperts: false);

    /// <summary>The models with experts, which have a <c>model_type</c> of their own.</summary>
    public static Qwen3VLFamily WithExperts { get; } = new(hasExperts: true);

    public override string ModelType => _hasExperts ? "qwen3_vl_moe" : "qwen3_vl";

    public override string Name => _hasExperts ? "Qwen3-VL-MoE" : "Qwen3-VL";

    public override WeightNames WeightNames { get; } = new(
        Vision: VisionTower.Prefix,
        Decoder: "model.language_model.",
        Alternatives: []);

    public override ChatTemplate Chat { get; } = new InstructTemplate();

    public override ImageProcessorConfig ImageDefaults { get; } = new()
    {
        MinPixels = 65_536,
        MaxPixels = 16_777_216,
        PatchSize = 16,
        TemporalPatchSize = 2,
        MergeSize = 2,
        ImageMean = [0.5, 0.5, 0.5],
        ImageStd = [0.5, 0.5, 0.5],
        ImageProcessorType = "Qwen2VLImageProcessorFast",
        ProcessorClass = "Qwen3VLProcessor",
    };

    public override IReadOnlyList<ModelSize> PublishedSizes => _hasExperts ? Sizes.WithExperts : Sizes.Dense;

    public override ModelSize Tiny => _hasExperts ? Sizes.TinyWithExperts : Sizes.Tiny;

    public override ChatTemplate ChatOf(string directory) =>
        FolderTemplate.OpensThought(directory) ? Thinking : Chat;

    public override ModelConfig ReadConfig(JsonPart root) =>
        new StackedConfigReading(this, root, _hasExperts).Read();

    public override JsonObject WriteConfig(ModelConfig config) => StackedConfigWriting.Write(config);

    public override VisionEncoder CreateEncoder(Parameters parameters, VisionConfig config) =>
        new VisionTower(parameters, (StackedVisionConfig)config);
}
