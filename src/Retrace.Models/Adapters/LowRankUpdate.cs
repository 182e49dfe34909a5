using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Adapters;

/// <summary>What an adapter adds to the output of one linear layer: (α/r)·B(A(dropout(x))).</summary>
internal sealed class LowRankUpdate
{
    private readonly Tensor _a; // [r, in]
    private readonly Tensor _b; // [out, r]
    private readonly Scalar _scale; // Kept, because a temporary one is not safe: see docs/architecture.md.
    private readonly AdapterDropout _dropout;
    private readonly int _place;

    /// <param name="place">Of the layer among those that are adapted: each drops other inputs.</param>
    public LowRankUpdate(Tensor a, Tensor b, double scale, AdapterDropout dropout, int place)
    {
        _a = a;
        _b = b;
        _scale = scale;
        _dropout = dropout;
        _place = place;
    }

    /// <summary>[…, in] → […, out]</summary>
    public Tensor Forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = nn.functional.linear(_dropout.Apply(x, _place), _a).mul(_scale); // […, r]
        return nn.functional.linear(low, _b).MoveToOuterDisposeScope();
    }
}
