using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>A gated MLP: down(silu(gate(x)) · up(x)).</summary>
public sealed class GatedMlp
{
    /// <param name="parameters">
    /// Where <c>NAME.gate_proj</c>, <c>NAME.up_proj</c> and <c>NAME.down_proj</c> are declared.
    /// </param>
    /// <param name="name">The MLP's full name.</param>
    /// <param name="hiddenSize">The last axis of x.</param>
    /// <param name="intermediateSize">The last axis between the layers.</param>
    /// <param name="bias">Whether the three layers have biases.</param>
    public GatedMlp(Parameters parameters, string name, int hiddenSize, int intermediateSize, bool bias)
    {
        Gate = new Linear(parameters, $"{name}.gate_proj", hiddenSize, intermediateSize, bias);
        Up = new Linear(parameters, $"{name}.up_proj", hiddenSize, intermediateSize, bias);
        Down = new Linear(parameters, $"{name}.down_proj", intermediateSize, hiddenSize, bias);
    }

    internal Linear Gate { get; }

    internal Linear Up { get; }

    internal Linear Down { get; }

    /// <summary>Applies the MLP: […, hidden] → […, hidden].</summary>
    public Tensor Forward(Tensor x) => Down.Forward(nn.functional.silu(Gate.Forward(x)) * Up.Forward(x));
}
