using Retrace.Models.Families.Qwen;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>The published sizes of Qwen2.5-VL models.</summary>
internal static class Sizes
{
    /// <summary>
    /// The sizes in the published <c>config.json</c> files (Bai et al. 2025, arXiv 2502.13923, table 1; 32B came later).
    /// </summary>
    public static IReadOnlyList<ModelSize> Published { get; } =
    [
        Of("qwen2.5-vl-3b", 151936, hidden: 2048, mlp: 11008, layers: 36, heads: 16, kv: 2, tied: true, visionMlp: 3420),
        Of("qwen2.5-vl-7b", 152064, hidden: 3584, mlp: 18944, layers: 28, heads: 28, kv: 4, tied: false, visionMlp: 3420),
        Of("qwen2.5-vl-32b", 152064, hidden: 5120, mlp: 27648, layers: 64, heads: 40, kv: 8, tied: false, visionMlp: 3456),
        Of("qwen2.5-vl-72b", 152064, hidden: 8192, mlp: 29568, layers: 80, heads: 64, kv: 8, tied: false, visionMlp: 3456),
    ];

    /// <summary>About two million weights; the vocabulary's size is the tokenizer's.</summary>
    public static ModelSize Tiny { get; } = new(
        "tiny",
        Qwen2DecoderSizes.Tiny,
        new WindowedVisionConfig(
            Depth: 4,
            HiddenSize: 128,
            IntermediateSize: 256,
            Heads: 4,
            OutHiddenSize: 128,
            PatchSize: 14,
            MergeSize: 2,
            TemporalPatchSize: 2,
            WindowSize: 56,
            FullAttentionBlocks: [1, 3]));

    private static ModelSize Of(
        string name, int vocabulary, int hidden, int mlp, int layers, int heads, int kv, bool tied, int visionMlp) => new(
            name,
            Qwen2DecoderSizes.Of(vocabulary, hidden, mlp, layers, heads, kv, tied, positions: 128000),
            new WindowedVisionConfig(
                Depth: 32,
                HiddenSize: 1280,
                IntermediateSize: visionMlp,
                Heads: 16,
                OutHiddenSize: hidden,
                PatchSize: 14,
                MergeSize: 2,
                TemporalPatchSize: 2,
                WindowSize: 112,
                FullAttentionBlocks: [7, 15, 23, 31]));
}
