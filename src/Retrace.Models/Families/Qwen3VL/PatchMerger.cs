using Retrace.Models.Families.Qwen;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>Makes one decoder token of the patches of each merged square.</summary>
internal sealed class PatchMerger
{
    /// <summary>Tensors of a patch's size that are made: the normed one, and both sides of the activation.</summary>
    public const long ValuesOfPatch = 3;

    private readonly int _mergedSize;
    private readonly bool _normsMerged;
    private readonly LayerNorm _norm;
    private readonly VisionMlp _mlp;

    /// <param name="parameters">Where the weights are declared.</param>
    /// <param name="name">How their names begin.</param>
    /// <param name="config">The tower's sizes.</param>
    /// <param name="normEpsilon">ε of the norm.</param>
    /// <param name="normsMerged">Whether the norm goes over a whole square's values, and not over each patch's.</param>
    public PatchMerger(
        Parameters parameters, string name, StackedVisionConfig config, double normEpsilon, bool normsMerged)
    {
        _mergedSize = config.HiddenSize * config.PatchesPerToken;
        _normsMerged = normsMerged;
        _norm = new LayerNorm(
            parameters, $"{name}norm", normsMerged ? _mergedSize : config.HiddenSize, normEpsilon);
        _mlp = new VisionMlp(
            new Linear(parameters, $"{name}linear_fc1", _mergedSize, _mergedSize, bias: true),
            x => nn.functional.gelu(x),
            new Linear(parameters, $"{name}linear_fc2", _mergedSize, config.OutHiddenSize, bias: true));
    }

    /// <summary>Merges: [patches, hidden] → [image tokens, outHidden].</summary>
    public Tensor Forward(Tensor hidden) => _mlp.Forward(_normsMerged
        ? _norm.Forward(hidden.view(-1, _mergedSize))
        : _norm.Forward(hidden).view(-1, _mergedSize));
}
