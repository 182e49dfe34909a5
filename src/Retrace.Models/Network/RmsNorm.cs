using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>x / √(mean(x²) + ε) · w over the last axis, the norm in fp32.</summary>
public sealed class RmsNorm
{
    private readonly Scalar _epsilon; // Kept, because a temporary one is not safe: see docs/torchsharp.md.

    /// <param name="parameters">Where <c>NAME.weight</c> is declared.</param>
    /// <param name="name">The norm's full name.</param>
    /// <param name="hiddenSize">The last axis of x.</param>
    /// <param name="epsilon">ε, added to the mean square.</param>
    public RmsNorm(Parameters parameters, string name, int hiddenSize, double epsilon)
    {
        Weight = parameters.Declare($"{name}.weight", hiddenSize);
        _epsilon = epsilon;
    }

    /// <summary>The scale w of each feature: [hidden].</summary>
    internal Tensor Weight { get; }

    /// <summary>Normalizes: […, hidden] → […, hidden].</summary>
    public Tensor Forward(Tensor x)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor scale = (wide * wide).mean([-1], keepdim: true).Increase(_epsilon).rsqrt_();
        return (wide * scale).to(x.dtype) * Weight;
    }
}
