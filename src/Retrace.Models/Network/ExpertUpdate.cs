using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// What an adapter adds to the outputs of experts' matrices: (α/r)·B(A(x)), with an A and a B for each expert.
/// </summary>
/// <remarks>
/// All experts' are in one tensor each, as PEFT has them: A by experts and then ranks, B by ranks and then experts.
/// Source: <c>ParamWrapper</c> in PEFT's tuners/lora/layer.py.
/// </remarks>
internal sealed class ExpertUpdate
{
    private readonly int _experts;
    private readonly Scalar _scale; // Kept, because a temporary one is not safe: see docs/torchsharp.md.

    public ExpertUpdate(Tensor a, Tensor b, int experts, double scale)
    {
        A = a;
        B = b;
        _experts = experts;
        _scale = scale;
    }

    /// <summary>The factors applied first: [E·r, in].</summary>
    public Tensor A { get; }

    /// <summary>The factors applied second: [out, r·E].</summary>
    public Tensor B { get; }

    /// <summary>The factors of each expert, [E]: A as [r, in], B as [out, r].</summary>
    public (Tensor A, Tensor B)[] OfExperts()
    {
        Tensor[] a = A.view(_experts, -1, A.shape[1]).unbind(0);
        Tensor[] b = B.view(B.shape[0], -1, _experts).permute(2, 0, 1).contiguous().unbind(0);
        return [.. a.Zip(b)];
    }

    /// <summary>Computes an expert's update: [n, in] → [n, out].</summary>
    /// <param name="factors">The expert's, of <see cref="OfExperts"/>.</param>
    public Tensor Forward(Tensor x, (Tensor A, Tensor B) factors) =>
        nn.functional.linear(nn.functional.linear(x, factors.A).mul(_scale), factors.B);

    /// <summary>What the adapter adds to the matrices themselves: (α/r)·BA, [E, out, in].</summary>
    /// <param name="a">As <see cref="A"/>, in fp32.</param>
    /// <param name="b">As <see cref="B"/>, in fp32.</param>
    /// <param name="experts">E</param>
    public static Tensor Merged(Tensor a, Tensor b, long experts) =>
        b.view(b.shape[0], -1, experts).permute(2, 0, 1).matmul(a.view(experts, -1, a.shape[1]));
}
