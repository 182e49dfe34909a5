using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen2VL;

/// <summary>
/// Image patches to token embeddings: a ViT that attends over each whole frame, with 2-D rotary positions, and a merger
/// that makes one decoder token of each 2×2 patches.
/// </summary>
internal sealed class VisionTower : VisionEncoder
{
    /// <summary>The prefix of the names of all weights.</summary>
    private const string Prefix = Qwen2DecoderFamily.Visual;

    private const double NormEpsilon = 1e-6;

    private static readonly Scalar QuickGeluSlope = 1.702;

    private readonly FramedVisionConfig _config;
    private readonly Tensor _patchEmbedding; // [hidden, channels, temporal, patch, patch]
    private readonly VisionBlock[] _blocks;
    private readonly LayerNorm _mergerNorm;
    private readonly VisionMlp _merger;

    public VisionTower(Parameters parameters, FramedVisionConfig config)
    {
        _config = config;
        _patchEmbedding = parameters.Declare(
            Prefix + "patch_embed.proj.weight",
            config.HiddenSize,
            VisionConfig.Channels,
            config.TemporalPatchSize,
            config.PatchSize,
            config.PatchSize);
        _blocks =
        [
            .. Enumerable.Range(0, config.Depth).Select(i => new VisionBlock(
                parameters, NameOf(i), config, NormEpsilon, ("fc1", "fc2"), QuickGelu)),
        ];
        int merged = config.HiddenSize * config.PatchesPerToken;
        _mergerNorm = new LayerNorm(parameters, Prefix + "merger.ln_q", config.HiddenSize, NormEpsilon);
        _merger = new VisionMlp(
            new Linear(parameters, Prefix + "merger.mlp.0", merged, merged, bias: true),
            x => nn.functional.gelu(x),
            new Linear(parameters, Prefix + "merger.mlp.2", merged, config.OutHiddenSize, bias: true));
    }

    // Of a block: normed inputs, queries, keys, values, attention's result, and three tensors of the MLP: the two sides of
    // the activation and its sigmoid. Dropped at its end: of queries and keys, the parts of the rotation (half turned,
    // turned, times cos, times sin); attention's and the MLP's results before they are added to the input.
    public override BlockMemory Memory => new(
        _config.Depth,
        _config.HiddenSize * _patchEmbedding.ElementSize,
        ((12L * _config.HiddenSize) + (4L * _config.IntermediateSize)) * _patchEmbedding.ElementSize,
        9L * _config.HiddenSize * _patchEmbedding.ElementSize);

    public override Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks)
    {
        using FrameLayout layout = FrameLayout.Of(grids, _config, patches.dtype, patches.device);

        // The convolution's stride is its kernel: a plain product with the flattened kernel. [N, hidden]
        Tensor hidden = nn.functional.linear(patches, _patchEmbedding.view(_config.HiddenSize, _config.PatchLength));
        for (int i = 0; i < _blocks.Length; i++)
        {
            VisionBlock block = _blocks[i];
            Segments frames = layout.Frames;
            hidden = blocks.Run(
                NameOf(i),
                hidden,
                (x, context) => block.Forward(x, context[0], context[1], frames.With(context[2..])),
                [layout.Cos, layout.Sin, .. frames.Rows]);
        }
        return _merger.Forward(_mergerNorm.Forward(hidden).view(-1, _config.PatchesPerToken * _config.HiddenSize));
    }

    private static string NameOf(int block) => $"{Prefix}blocks.{block}.";

    // x·σ(1.702·x)
    private static Tensor QuickGelu(Tensor x) => x * x.mul(QuickGeluSlope).sigmoid();
}
