using Retrace.Models.Families.Qwen;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>The published sizes of Qwen2-VL models.</summary>
internal static class Sizes
{
    /// <summary>
    /// The sizes in the published <c>config.json</c> files (Wang et al. 2024, arXiv 2409.12191, table 1).
    /// </summary>
    public static IReadOnlyList<ModelSize> Published { get; } =
    [
        Of("qwen2-vl-2b", 151936, hidden: 1536, mlp: 8960, layers: 28, heads: 12, kv: 2, tied: true),
        Of("qwen2-vl-7b", 152064, hidden: 3584, mlp: 18944, layers: 28, heads: 28, kv: 4, tied: false),
        Of("qwen2-vl-72b", 152064, hidden: 8192, mlp: 29568, layers: 80, heads: 64, kv: 8, tied: false),
    ];

    /// <summary>About two million weights; the vocabulary's size is the tokenizer's.</summary>
    public static ModelSize Tiny { get; } = new(
        "tiny",
        Qwen2DecoderSizes.Tiny,
        new FramedVisionConfig(
            Depth: 4,
            HiddenSize: 128,
            IntermediateSize: 512,
            Heads: 4,
            OutHiddenSize: 128,
            PatchSize: 14,
            MergeSize: 2,
            TemporalPatchSize: 2));

    private static ModelSize Of(
        string name, int vocabulary, int hidden, int mlp, int layers, int heads, int kv, bool tied) => new(
            name,
            Qwen2DecoderSizes.Of(vocabulary, hidden, mlp, layers, heads, kv, tied, positions: 32768),
            new FramedVisionConfig(
                Depth: 32,
                HiddenSize: 1280,
                IntermediateSize: 5120,
                Heads: 16,
                OutHiddenSize: hidden,
                PatchSize: 14,
                MergeSize: 2,
                TemporalPatchSize: 2));
}
