using Retrace.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>y = x·Wᵀ + b, and what an adapter adds.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight; // [out, in]
    private readonly Tensor? _bias;  // [out]
    private readonly LowRankUpdate? _update;

    public Linear(Parameters parameters, string name, int inSize, int outSize, bool bias)
    {
        _weight = parameters.Declare($"{name}.weight", outSize, inSize);
        _bias = bias ? parameters.Declare($"{name}.bias", outSize) : null;
        _update = parameters.Adapter?.Cover(parameters, name, inSize, outSize);
    }

    /// <summary>Weight, bias, and an adapter's A and B; empty ones for what is not there.</summary>
    public IEnumerable<Tensor> Weights =>
        [_weight, _bias ?? DecodingStep.None, _update?.A ?? DecodingStep.None, _update?.B ?? DecodingStep.None];

    public Tensor Forward(Tensor x)
    {
        Tensor y = nn.functional.linear(x, _weight, _bias);
        return _update is null ? y : y.Plus(_update.Forward(x));
    }
}

/// <summary>x / √(mean(x²) + ε) · w over the last axis, the norm in fp32.</summary>
internal sealed class RmsNorm
{
    private readonly Scalar _epsilon; // Kept, because a temporary one is not safe: see docs/architecture.md.

    public RmsNorm(Parameters parameters, string name, int hiddenSize, double epsilon)
    {
        Weight = parameters.Declare($"{name}.weight", hiddenSize);
        _epsilon = epsilon;
    }

    /// <summary>w. [hidden]</summary>
    public Tensor Weight { get; }

    public Tensor Forward(Tensor x)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor scale = (wide * wide).mean([-1], keepdim: true).Increase(_epsilon).rsqrt_();
        return (wide * scale).to(x.dtype) * Weight;
    }
}

/// <summary>down(silu(gate(x)) · up(x)).</summary>
internal sealed class GatedMlp
{
    private readonly Linear _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    public GatedMlp(Parameters parameters, string name, int hiddenSize, int intermediateSize, bool bias)
    {
        _gate = new Linear(parameters, $"{name}.gate_proj", hiddenSize, intermediateSize, bias);
        _up = new Linear(parameters, $"{name}.up_proj", hiddenSize, intermediateSize, bias);
        _down = new Linear(parameters, $"{name}.down_proj", intermediateSize, hiddenSize, bias);
    }

    /// <summary>Of the three linear layers.</summary>
    public IEnumerable<Tensor> Weights => [.. _gate.Weights, .. _up.Weights, .. _down.Weights];

    public Tensor Forward(Tensor x) => _down.Forward(nn.functional.silu(_gate.Forward(x)) * _up.Forward(x));
}

/// <summary>Rotary embedding in the split-halves form.</summary>
internal static class Rotary
{
    /// <summary>θ^(−2i/size) for i in [0, size/2).</summary>
    public static float[] Frequencies(int size, double theta)
    {
        float[] frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (float)(1.0 / Math.Pow(theta, 2.0 * i / size));
        }
        return frequencies;
    }

    /// <summary>x·cos + rotate_half(x)·sin over the last axis; cos and sin broadcast against x.</summary>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        long half = x.shape[^1] / 2;
        Tensor first = x.narrow(-1, 0, half);
        Tensor second = x.narrow(-1, half, half);
        Tensor rotated = cat([-second, first], -1);
        return (x * cos).Plus(rotated * sin);
    }
}
