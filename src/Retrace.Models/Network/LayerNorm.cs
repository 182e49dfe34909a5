using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>(x − mean) / √(variance + ε) · w + b over the last axis.</summary>
public sealed class LayerNorm
{
    private readonly Tensor _weight; // [size]
    private readonly Tensor _bias;   // [size]
    private readonly double _epsilon;

    /// <param name="parameters">Where <c>NAME.weight</c> and <c>NAME.bias</c> are declared.</param>
    /// <param name="name">The norm's full name.</param>
    /// <param name="size">The last axis of x.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    public LayerNorm(Parameters parameters, string name, int size, double epsilon)
    {
        _weight = parameters.Declare($"{name}.weight", size);
        _bias = parameters.Declare($"{name}.bias", size);
        _epsilon = epsilon;
    }

    /// <summary>Normalizes: […, size] → […, size].</summary>
    public Tensor Forward(Tensor x) => x.device_type == DeviceType.META
        ? ((x - x.mean([-1], keepdim: true)) * _weight).Plus(_bias) // libtorch's kernel knows no shapes without values.
        : nn.functional.layer_norm(x, [x.shape[^1]], _weight, _bias, _epsilon);
}
