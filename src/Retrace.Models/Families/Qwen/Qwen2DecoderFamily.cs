using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen;

/// <summary>What the families with Qwen2's decoder have in common: names of weights, chat, and images.</summary>
public abstract class Qwen2DecoderFamily : QwenFamily
{
    /// <summary>What the names of the vision tower's weights begin with.</summary>
    internal const string Visual = "visual.";

    private const string Decoder = "model.";

    private protected Qwen2DecoderFamily(string processorClass) => ImageDefaults = new ImageProcessorConfig
    {
        MinPixels = 3136,
        MaxPixels = 12_845_056,
        PatchSize = 14,
        TemporalPatchSize = 2,
        MergeSize = 2,
        ImageMean = [0.48145466, 0.4578275, 0.40821073],
        ImageStd = [0.26862954, 0.26130258, 0.27577711],
        ImageProcessorType = "Qwen2VLImageProcessor",
        ProcessorClass = processorClass,
    };

    /// <summary>The hub's names; newer tools nest both parts under <c>model.</c>.</summary>
    public override WeightNames WeightNames { get; } = new(
        Visual, Decoder, Alternatives: [(Visual, "model.visual."), (Decoder, "model.language_model.")]);

    public override ChatTemplate Chat { get; } = new DefaultSystemTemplate();

    public override ImageProcessorConfig ImageDefaults { get; }
}
