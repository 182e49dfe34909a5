using Retrace.Models.Families.Qwen;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>Reads Qwen3-VL's <c>config.json</c>, dense or with experts.</summary>
/// <param name="hasExperts">Whether the family has experts.</param>
internal sealed class StackedConfigReading(ModelFamily family, JsonPart root, bool hasExperts)
    : ConfigReading(family, root)
{
    private const int MostExperts = 1 << 12;
    private const int DefaultPositions = 2304;

    protected override IEnumerable<string> OwnTextKeys => !hasExperts
        ? []
        :
        [
            "num_experts", "num_local_experts", "num_experts_per_tok", "moe_intermediate_size", "decoder_sparse_step",
            "mlp_only_layers", "norm_topk_prob",
        ];

    protected override IEnumerable<string> VisionKeys =>
        ["intermediate_size", "out_hidden_size", "num_position_embeddings", "deepstack_visual_indexes"];

    protected override double DefaultNormEpsilon => 1e-6;

    protected override double DefaultRopeTheta => 5e5;

    protected override TextConfig ReadText(TextConfig sizes)
    {
        const int Usual = 128;
        int headSize = Text.FindValue("head_dim") is not null ? Positive(Text, "head_dim")
            : hasExperts ? sizes.HiddenSize / sizes.Heads : Usual;
        Require(headSize > 0 && headSize % 2 == 0, "head_dim must be a multiple of 2");
        sizes = sizes with
        {
            HeadSize = headSize,
            AttentionBias = false,
            NormsQueriesAndKeys = true,
            Experts = hasExperts ? ReadExperts(sizes) : null,
        };
        Require(Rope.Interleaved is not false, "mrope_interleaved is false; this family's axes take turns");
        int[] sections = RopeSections(sizes);
        // Axis n turns with every third frequency, from number n on.
        Require(
            Enumerable.Range(1, 2).All(axis => (3 * (sections[axis] - 1)) + axis < headSize / 2),
            "mrope_section gives an axis more frequencies than take turns");
        return sizes with { RopeAxes = Rotary.AxesInTurn(sections) };
    }

    protected override VisionConfig ReadVision()
    {
        RequireActivation(Vision, "vision_config.hidden_act", "gelu_pytorch_tanh");
        int depth = Positive(Vision, "depth");
        int[] deepStack = Vision["deepstack_visual_indexes"].Integers();
        Require(
            deepStack.Zip(deepStack.Skip(1), (one, next) => one < next).All(ascends => ascends)
            && Array.TrueForAll(deepStack, block => block >= 0 && block < depth),
            "deepstack_visual_indexes must ascend and name blocks of the vision tower");
        Require(
            deepStack.Length <= Positive(Text, "num_hidden_layers"),
            "deepstack_visual_indexes has more entries than the decoder has layers");
        int positions = Vision.FindValue("num_position_embeddings") is null
            ? DefaultPositions
            : Positive(Vision, "num_position_embeddings");
        int side = (int)Math.Sqrt(positions);
        Require(side * side == positions, "num_position_embeddings is no square number");
        return new StackedVisionConfig(
            depth,
            HiddenSize: Positive(Vision, "hidden_size"),
            IntermediateSize: Positive(Vision, "intermediate_size"),
            Heads: Positive(Vision, "num_heads"),
            OutHiddenSize: Positive(Vision, "out_hidden_size"),
            PatchSize: Positive(Vision, "patch_size"),
            MergeSize: Positive(Vision, "spatial_merge_size"),
            TemporalPatchSize: Positive(Vision, "temporal_patch_size"),
            side,
            deepStack);
    }

    private ExpertConfig ReadExperts(TextConfig sizes)
    {
        int count = Positive(Text, Text.FindValue("num_experts") is null ? "num_local_experts" : "num_experts");
        int active = Positive(Text, "num_experts_per_tok");
        Require(count <= MostExperts, $"num_experts is more than {MostExperts}");
        Require(active <= count, "num_experts_per_tok is more than num_experts");
        int step = Text.FindValue("decoder_sparse_step")?.Integer() ?? 1;
        Require(step > 0, "decoder_sparse_step must be positive");
        int[] dense = Text.FindValue("mlp_only_layers")?.Integers() ?? [];
        return new ExpertConfig(
            count,
            active,
            IntermediateSize: Positive(Text, "moe_intermediate_size"),
            NormsShares: Text.FindValue("norm_topk_prob")?.Flag() ?? true,
            Layers:
            [
                .. Enumerable.Range(0, sizes.Layers).Where(layer => !dense.Contains(layer) && (layer + 1) % step == 0),
            ]);
    }
}
