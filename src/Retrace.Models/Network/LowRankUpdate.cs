using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>What an adapter adds to the output of one linear layer: (α/r)·B(A(dropout(x))).</summary>
internal sealed class LowRankUpdate
{
    private readonly Scalar _scale; // Kept, because a temporary one is not safe: see docs/torchsharp.md.
    private readonly AdapterDropout _dropout;
    private readonly int _place;

    /// <param name="place">The layer's number among those that are adapted: each drops other inputs.</param>
    public LowRankUpdate(Tensor a, Tensor b, double scale, AdapterDropout dropout, int place)
    {
        A = a;
        B = b;
        _scale = scale;
        _dropout = dropout;
        _place = place;
    }

    /// <summary>The factor applied first: [r, in].</summary>
    public Tensor A { get; }

    /// <summary>The factor applied second: [out, r].</summary>
    public Tensor B { get; }

    /// <summary>Computes the update: […, in] → […, out].</summary>
    public Tensor Forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = nn.functional.linear(_dropout.Apply(x, _place), A).mul(_scale); // […, r]
        return nn.functional.linear(low, B).MoveToOuterDisposeScope();
    }
}
