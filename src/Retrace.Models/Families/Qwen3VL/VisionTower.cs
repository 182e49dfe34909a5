using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>
/// Image patches to token embeddings: a ViT that attends over each whole frame, with learned and rotary positions. A
/// merger makes one decoder token of each 2×2 patches, and others do the same behind blocks in the middle, for the
/// decoder's first layers.
/// </summary>
internal sealed class VisionTower : VisionEncoder
{
    /// <summary>The prefix of the names of all weights.</summary>
    public const string Prefix = "model.visual.";

    private const double NormEpsilon = 1e-6;

    private readonly StackedVisionConfig _config;
    private readonly Tensor _patchEmbedding; // [hidden, channels, temporal, patch, patch]
    private readonly Tensor _patchBias;      // [hidden]
    private readonly LearnedPositions _positions;
    private readonly VisionBlock[] _blocks;
    private readonly PatchMerger _merger;
    private readonly PatchMerger[] _deepStackMergers;

    public VisionTower(Parameters parameters, StackedVisionConfig config)
    {
        _config = config;
        _patchEmbedding = parameters.Declare(
            Prefix + "patch_embed.proj.weight",
            config.HiddenSize,
            VisionConfig.Channels,
            config.TemporalPatchSize,
            config.PatchSize,
            config.PatchSize);
        _patchBias = parameters.Declare(Prefix + "patch_embed.proj.bias", config.HiddenSize);
        _positions = new LearnedPositions(parameters, Prefix + "pos_embed", config.PositionSide, config.HiddenSize);
        _blocks =
        [
            .. Enumerable.Range(0, config.Depth).Select(i => new VisionBlock(
                parameters, NameOf(i), config, NormEpsilon, ("linear_fc1", "linear_fc2"), GeluTanh)),
        ];
        _merger = new PatchMerger(parameters, Prefix + "merger.", config, NormEpsilon, normsMerged: false);
        _deepStackMergers =
        [
            .. config.DeepStackBlocks.Select((_, i) => new PatchMerger(
                parameters, $"{Prefix}deepstack_merger_list.{i}.", config, NormEpsilon, normsMerged: true)),
        ];
    }

    // Of a block: normed inputs, queries, keys, values, attention's result, and the two sides of the MLP's activation.
    // Dropped at its end: of queries and keys, the parts of the rotation (half turned, turned, times cos, times sin);
    // attention's and the MLP's results before they are added to the input.
    public override BlockMemory Memory => new(
        _config.Depth,
        _config.HiddenSize * _patchEmbedding.ElementSize,
        ((12L * _config.HiddenSize) + (2L * _config.IntermediateSize)) * _patchEmbedding.ElementSize,
        9L * _config.HiddenSize * _patchEmbedding.ElementSize,
        Around: _config.HiddenSize
            * ((LearnedPositions.ValuesOfPatch * sizeof(float))
                + (PatchMerger.ValuesOfPatch * (1 + _config.DeepStackLayers) * _patchEmbedding.ElementSize)));

    public override Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks)
    {
        using FrameLayout layout = FrameLayout.Of(grids, _config, patches.dtype, patches.device);

        // The convolution's stride is its kernel: a plain product with the flattened kernel. [N, hidden]
        Tensor hidden = nn.functional.linear(
            patches, _patchEmbedding.view(_config.HiddenSize, _config.PatchLength), _patchBias);
        hidden = hidden.Plus(_positions.Of(grids, _config.MergeSize));
        List<Tensor> tapped = [];
        for (int i = 0; i < _blocks.Length; i++)
        {
            VisionBlock block = _blocks[i];
            Segments frames = layout.Frames;
            hidden = blocks.Run(
                NameOf(i),
                hidden,
                (x, context) => block.Forward(x, context[0], context[1], frames.With(context[2..])),
                [layout.Cos, layout.Sin, .. frames.Rows]);
            if (_config.DeepStackBlocks.Contains(i))
            {
                tapped.Add(hidden);
                hidden = hidden.view(hidden.shape); // A step in the graph: its gradients are added up first, recomputed or not.
            }
        }
        // All mergers behind all blocks: their gradients are then complete before those of any block.
        return cat(
            [_merger.Forward(hidden), .. _deepStackMergers.Zip(tapped, (merger, states) => merger.Forward(states))],
            dim: 1);
    }

    private static string NameOf(int block) => $"{Prefix}blocks.{block}.";

    private static Tensor GeluTanh(Tensor x) => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh);
}
