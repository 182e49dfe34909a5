using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>A gated MLP: down(silu(gate(x)) · up(x)).</summary>
public sealed class GatedMlp
{
    internal const int StepTensorCount = 3 * Linear.StepTensorCount; // Of all three layers.

    private readonly Linear _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    /// <param name="parameters">
    /// Where <c>NAME.gate_proj</c>, <c>NAME.up_proj</c> and <c>NAME.down_proj</c> are declared.
    /// </param>
    /// <param name="name">The MLP's full name.</param>
    /// <param name="hiddenSize">The last axis of x.</param>
    /// <param name="intermediateSize">The last axis between the layers.</param>
    /// <param name="bias">Whether the three layers have biases.</param>
    public GatedMlp(Parameters parameters, string name, int hiddenSize, int intermediateSize, bool bias)
    {
        _gate = new Linear(parameters, $"{name}.gate_proj", hiddenSize, intermediateSize, bias);
        _up = new Linear(parameters, $"{name}.up_proj", hiddenSize, intermediateSize, bias);
        _down = new Linear(parameters, $"{name}.down_proj", intermediateSize, hiddenSize, bias);
    }

    /// <summary>The three layers, in the order in which DecodingStep.py unpacks them.</summary>
    internal IReadOnlyList<Linear> Linears => [_gate, _up, _down];

    /// <summary>Applies the MLP: […, hidden] → […, hidden].</summary>
    public Tensor Forward(Tensor x) => _down.Forward(nn.functional.silu(_gate.Forward(x)) * _up.Forward(x));
}
