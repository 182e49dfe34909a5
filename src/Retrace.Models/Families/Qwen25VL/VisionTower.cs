using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>
/// Image patches to token embeddings: a ViT with windowed attention (and full attention in a few blocks), 2-D rotary
/// positions, and a merger that makes one decoder token of each 2×2 patches.
/// </summary>
internal sealed class VisionTower : VisionEncoder
{
    /// <summary>The prefix of the names of all weights.</summary>
    private const string Prefix = Qwen2DecoderFamily.Visual;

    private const double NormEpsilon = 1e-6;

    private readonly WindowedVisionConfig _config;
    private readonly Tensor _patchEmbedding; // [hidden, channels, temporal, patch, patch]
    private readonly Block[] _blocks;
    private readonly HashSet<int> _fullAttention;
    private readonly RmsNorm _mergerNorm;
    private readonly Linear _mergerIn;
    private readonly Linear _mergerOut;

    public VisionTower(Parameters parameters, WindowedVisionConfig config)
    {
        _config = config;
        _patchEmbedding = parameters.Declare(
            Prefix + "patch_embed.proj.weight",
            config.HiddenSize,
            VisionConfig.Channels,
            config.TemporalPatchSize,
            config.PatchSize,
            config.PatchSize);
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(i => new Block(parameters, NameOf(i), config))];
        _fullAttention = [.. config.FullAttentionBlocks];
        int merged = config.HiddenSize * config.PatchesPerToken;
        _mergerNorm = new RmsNorm(parameters, Prefix + "merger.ln_q", config.HiddenSize, NormEpsilon);
        _mergerIn = new Linear(parameters, Prefix + "merger.mlp.0", merged, merged, bias: true);
        _mergerOut = new Linear(parameters, Prefix + "merger.mlp.2", merged, config.OutHiddenSize, bias: true);
    }

    // Of a block: normed inputs, queries, keys, values, attention's result, and four tensors of the gated MLP. Dropped at
    // its end: the squares under both norms, in fp32; of queries and keys, the parts of the rotation (half turned, turned,
    // times cos, times sin); attention's and the MLP's results before they are added to the input.
    public override BlockMemory Memory => new(
        _config.Depth,
        _config.HiddenSize * _patchEmbedding.ElementSize,
        ((12L * _config.HiddenSize) + (4L * _config.IntermediateSize)) * _patchEmbedding.ElementSize,
        (9L * _config.HiddenSize * _patchEmbedding.ElementSize) + (2L * _config.HiddenSize * sizeof(float)));

    public override Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids, BlockRunner blocks)
    {
        using WindowLayout layout = WindowLayout.Of(grids, _config, patches.dtype, patches.device);
        long patchCount = patches.shape[0];
        long unit = _config.PatchesPerToken;

        // The convolution's stride is its kernel: a plain product with the flattened kernel. [N, hidden]
        Tensor hidden = nn.functional.linear(patches, _patchEmbedding.view(_config.HiddenSize, _config.PatchLength));
        hidden = hidden.view(patchCount / unit, unit, _config.HiddenSize)
            .RowsAt(layout.Order)
            .view(patchCount, _config.HiddenSize);
        for (int i = 0; i < _blocks.Length; i++)
        {
            Segments segments = _fullAttention.Contains(i) ? layout.Frames : layout.Windows;
            Block block = _blocks[i];
            hidden = blocks.Run(
                NameOf(i),
                hidden,
                (x, context) => block.Forward(x, context[0], context[1], segments.With(context[2..])),
                [layout.Cos, layout.Sin, .. segments.Rows]);
        }
        Tensor merged = _mergerNorm.Forward(hidden).view(patchCount / unit, unit * _config.HiddenSize);
        merged = _mergerOut.Forward(nn.functional.gelu(_mergerIn.Forward(merged)));
        return merged.RowsAt(layout.Inverse);
    }

    private static string NameOf(int block) => $"{Prefix}blocks.{block}.";

    private sealed class Block
    {
        private readonly int _heads;
        private readonly RmsNorm _attentionNorm;
        private readonly Linear _qkv;
        private readonly Linear _projection;
        private readonly RmsNorm _mlpNorm;
        private readonly GatedMlp _mlp;

        public Block(Parameters parameters, string name, WindowedVisionConfig config)
        {
            int size = config.HiddenSize;
            _heads = config.Heads;
            _attentionNorm = new RmsNorm(parameters, $"{name}norm1", size, NormEpsilon);
            _mlpNorm = new RmsNorm(parameters, $"{name}norm2", size, NormEpsilon);
            _qkv = new Linear(parameters, $"{name}attn.qkv", size, 3 * size, bias: true);
            _projection = new Linear(parameters, $"{name}attn.proj", size, size, bias: true);
            _mlp = new GatedMlp(parameters, $"{name}mlp", size, config.IntermediateSize, bias: true);
        }

        public Tensor Forward(Tensor x, Tensor cos, Tensor sin, Segments segments)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = x.shape[0];
            Tensor qkv = _qkv.Forward(_attentionNorm.Forward(x)).view(count, 3, _heads, -1);
            Tensor q = Rotary.Apply(qkv.select(1, 0), cos, sin); // [N, heads, headSize]
            Tensor k = Rotary.Apply(qkv.select(1, 1), cos, sin);
            Tensor attended = segments.Attend(q, k, qkv.select(1, 2)).reshape(count, -1);
            Tensor mixed = x.Plus(_projection.Forward(attended));
            return mixed.Plus(_mlp.Forward(_mlpNorm.Forward(mixed))).MoveToOuterDisposeScope();
        }
    }
}
