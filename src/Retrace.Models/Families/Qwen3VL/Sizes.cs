using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>The published sizes of Qwen3-VL models.</summary>
internal static class Sizes
{
    /// <summary>The dense sizes in the published <c>config.json</c> files.</summary>
    public static IReadOnlyList<ModelSize> Dense { get; } =
    [
        Of("qwen3-vl-2b", hidden: 2048, mlp: 6144, layers: 28, heads: 16, kv: 8, tied: true, LargeVision),
        Of("qwen3-vl-4b", hidden: 2560, mlp: 9728, layers: 36, heads: 32, kv: 8, tied: true, LargeVision),
        Of("qwen3-vl-8b", hidden: 4096, mlp: 12288, layers: 36, heads: 32, kv: 8, tied: false, HugeVision),
        Of("qwen3-vl-32b", hidden: 5120, mlp: 25600, layers: 64, heads: 64, kv: 8, tied: false, HugeVision),
    ];

    /// <summary>The sizes with experts in the published <c>config.json</c> files.</summary>
    public static IReadOnlyList<ModelSize> WithExperts { get; } =
    [
        With(
            Of("qwen3-vl-30b-a3b", hidden: 2048, mlp: 6144, layers: 48, heads: 32, kv: 4, tied: false, HugeVision),
            experts: 128,
            active: 8,
            size: 768),
    ];

    /// <summary>About two million weights; the vocabulary's size is the tokenizer's.</summary>
    public static ModelSize Tiny { get; } = new(
        "tiny",
        new TextConfig(
            VocabularySize: 0,
            HiddenSize: 128,
            IntermediateSize: 384,
            Layers: 4,
            Heads: 4,
            KeyValueHeads: 2,
            NormEpsilon: 1e-6,
            RopeTheta: 10000,
            RopeAxes: Rotary.AxesInTurn(6, 5, 5),
            MaxPositions: 2048,
            TieWordEmbeddings: true)
        {
            HeadSize = 32,
            AttentionBias = false,
            NormsQueriesAndKeys = true,
        },
        new StackedVisionConfig(
            Depth: 4,
            HiddenSize: 128,
            IntermediateSize: 512,
            Heads: 4,
            OutHiddenSize: 128,
            PatchSize: 16,
            MergeSize: 2,
            TemporalPatchSize: 2,
            PositionSide: 16,
            DeepStackBlocks: [1, 2]));

    /// <summary>As <see cref="Tiny"/>, with experts of which a token goes through as much.</summary>
    public static ModelSize TinyWithExperts { get; } = With(Tiny, experts: 8, active: 2, size: 192);

    private static StackedVisionConfig LargeVision(int outSize) => new(
        Depth: 24,
        HiddenSize: 1024,
        IntermediateSize: 4096,
        Heads: 16,
        outSize,
        PatchSize: 16,
        MergeSize: 2,
        TemporalPatchSize: 2,
        PositionSide: 48,
        DeepStackBlocks: [5, 11, 17]);

    private static StackedVisionConfig HugeVision(int outSize) => LargeVision(outSize) with
    {
        Depth = 27,
        HiddenSize = 1152,
        IntermediateSize = 4304,
        DeepStackBlocks = [8, 16, 24],
    };

    private static ModelSize Of(
        string name,
        int hidden,
        int mlp,
        int layers,
        int heads,
        int kv,
        bool tied,
        Func<int, StackedVisionConfig> vision) => new(
            name,
            new TextConfig(
                VocabularySize: 151936,
                hidden,
                IntermediateSize: mlp,
                layers,
                heads,
                KeyValueHeads: kv,
                NormEpsilon: 1e-6,
                RopeTheta: 5e6,
                RopeAxes: Rotary.AxesInTurn(24, 20, 20),
                MaxPositions: 262144,
                tied)
            {
                HeadSize = 128,
                AttentionBias = false,
                NormsQueriesAndKeys = true,
            },
            vision(hidden));

    private static ModelSize With(ModelSize dense, int experts, int active, int size) => dense with
    {
        Text = dense.Text with
        {
            Experts = new ExpertConfig(
                experts, active, size, NormsShares: true, [.. Enumerable.Range(0, dense.Text.Layers)]),
        },
    };
}
