using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen;

/// <summary>An MLP of two layers: second(activation(first(x))).</summary>
internal sealed class VisionMlp(Linear first, Func<Tensor, Tensor> activation, Linear second)
{
    /// <summary>Applies the MLP over the last axis.</summary>
    public Tensor Forward(Tensor x) => second.Forward(activation(first.Forward(x)));
}
