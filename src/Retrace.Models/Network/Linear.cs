using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>y = x·Wᵀ + b, and what an adapter adds.</summary>
public sealed class Linear
{
    /// <summary>How many <see cref="StepTensors"/> there are.</summary>
    internal const int StepTensorCount = 4;

    private readonly Tensor? _bias; // [out]
    private readonly LowRankUpdate? _update;

    /// <param name="parameters">Where <c>NAME.weight</c> and <c>NAME.bias</c> are declared.</param>
    /// <param name="name">The layer's full name.</param>
    /// <param name="inSize">The last axis of x.</param>
    /// <param name="outSize">The last axis of y.</param>
    /// <param name="bias">Whether there is a b.</param>
    public Linear(Parameters parameters, string name, int inSize, int outSize, bool bias)
    {
        Weight = parameters.Declare($"{name}.weight", outSize, inSize);
        _bias = bias ? parameters.Declare($"{name}.bias", outSize) : null;
        _update = parameters.Adapter?.Cover(parameters, name, inSize, outSize);
    }

    /// <summary>The matrix that x is multiplied with. [out, in]</summary>
    internal Tensor Weight { get; }

    /// <summary>Applies the layer: […, in] → […, out].</summary>
    public Tensor Forward(Tensor x)
    {
        Tensor y = nn.functional.linear(x, Weight, _bias);
        return _update is null ? y : y.Plus(_update.Forward(x));
    }

    /// <summary>
    /// W, b, and an adapter's A and B; <see cref="DecodingStep.None"/> for what the layer does not have.
    /// </summary>
    /// <param name="inOrder">Gives W in the order in memory that the step is to read.</param>
    internal IEnumerable<Tensor> StepTensors(Func<Tensor, Tensor> inOrder) =>
        [inOrder(Weight), _bias ?? DecodingStep.None, _update?.A ?? DecodingStep.None, _update?.B ?? DecodingStep.None];
}
