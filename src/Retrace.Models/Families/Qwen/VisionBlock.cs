using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// A block of a vision tower without windows: attention inside each frame and an MLP of two layers, a layer norm before
/// each.
/// </summary>
internal sealed class VisionBlock
{
    private readonly int _heads;
    private readonly LayerNorm _attentionNorm;
    private readonly LayerNorm _mlpNorm;
    private readonly Linear _qkv;
    private readonly Linear _projection;
    private readonly VisionMlp _mlp;

    /// <param name="parameters">Where the weights are declared.</param>
    /// <param name="name">How their names begin.</param>
    /// <param name="config">The tower's sizes.</param>
    /// <param name="normEpsilon">ε of the norms.</param>
    /// <param name="mlpLayers">The names of the MLP's two layers.</param>
    /// <param name="activation">What lies between these.</param>
    public VisionBlock(
        Parameters parameters,
        string name,
        VisionConfig config,
        double normEpsilon,
        (string First, string Second) mlpLayers,
        Func<Tensor, Tensor> activation)
    {
        int size = config.HiddenSize;
        _heads = config.Heads;
        _attentionNorm = new LayerNorm(parameters, $"{name}norm1", size, normEpsilon);
        _mlpNorm = new LayerNorm(parameters, $"{name}norm2", size, normEpsilon);
        _qkv = new Linear(parameters, $"{name}attn.qkv", size, 3 * size, bias: true);
        _projection = new Linear(parameters, $"{name}attn.proj", size, size, bias: true);
        _mlp = new VisionMlp(
            new Linear(parameters, $"{name}mlp.{mlpLayers.First}", size, config.IntermediateSize, bias: true),
            activation,
            new Linear(parameters, $"{name}mlp.{mlpLayers.Second}", config.IntermediateSize, size, bias: true));
    }

    /// <summary>Runs the block over the patches of a batch of images: [N, hidden] → [N, hidden].</summary>
    /// <param name="cos">[N, 1, headSize], as sin.</param>
    /// <param name="frames">The runs of patches that attend to one another.</param>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, Segments frames)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = x.shape[0];
        Tensor qkv = _qkv.Forward(_attentionNorm.Forward(x)).view(count, 3, _heads, -1);
        Tensor q = Rotary.Apply(qkv.select(1, 0), cos, sin); // [N, heads, headSize]
        Tensor k = Rotary.Apply(qkv.select(1, 1), cos, sin);
        Tensor attended = frames.Attend(q, k, qkv.select(1, 2)).reshape(count, -1);
        Tensor mixed = x.Plus(_projection.Forward(attended));
        return mixed.Plus(_mlp.Forward(_mlpNorm.Forward(mixed))).MoveToOuterDisposeScope();
    }
}
