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
    private readonly float _scale;

    public ExpertUpdate(Tensor a, Tensor b, int experts, double scale)
    {
        A = a;
        B = b;
        _experts = experts;
        _scale = (float)scale;
    }

    /// <summary>The factors applied first: [E·r, in].</summary>
    public Tensor A { get; }

    /// <summary>The factors applied second: [out, r·E].</summary>
    public Tensor B { get; }

    /// <summary>Whether gradients go to the factors.</summary>
    public bool IsTrained => A.requires_grad;

    /// <summary>Adds an expert's update to its outputs.</summary>
    /// <param name="y">The outputs. [n, out]</param>
    /// <param name="x">[n, in]</param>
    public void AddTo(Tensor y, Tensor x, int expert)
    {
        Tensor low = x.mm(OfExpertA(A, expert).t()); // [n, r]
        y.addmm_(low, OfExpertB(B, expert).t(), alpha: _scale);
    }

    /// <summary>Takes a gradient through an expert's update.</summary>
    /// <param name="ofX">Takes what is added to the gradient of x. [n, in]</param>
    /// <param name="gradient">The gradient of the outputs. [n, out]</param>
    public void AddBackward(Tensor ofX, Tensor gradient, int expert) =>
        ofX.addmm_(gradient.mm(OfExpertB(B, expert)), OfExpertA(A, expert), alpha: _scale);

    /// <summary>Adds the gradients of an expert's factors to theirs.</summary>
    /// <param name="x">[n, in]</param>
    /// <param name="gradient">The gradient of the outputs. [n, out]</param>
    public void AddGradients(Tensor x, Tensor gradient, int expert)
    {
        Tensor ofLow = gradient.mm(OfExpertB(B, expert)); // [n, r]
        Tensor low = x.mm(OfExpertA(A, expert).t());      // [n, r]
        OfExpertA(GradientOf(A), expert).addmm_(ofLow.t(), x, alpha: _scale);
        OfExpertB(GradientOf(B), expert).addmm_(gradient.t(), low, alpha: _scale);
    }

    /// <summary>What the adapter adds to the matrices themselves: (α/r)·BA, [E, out, in].</summary>
    /// <param name="a">As <see cref="A"/>, in fp32.</param>
    /// <param name="b">As <see cref="B"/>, in fp32.</param>
    /// <param name="experts">E</param>
    public static Tensor Merged(Tensor a, Tensor b, long experts) =>
        b.view(b.shape[0], -1, experts).permute(2, 0, 1).matmul(a.view(experts, -1, a.shape[1]));

    // [r, in]
    private Tensor OfExpertA(Tensor all, int expert)
    {
        long rank = all.shape[0] / _experts;
        return all.narrow(0, expert * rank, rank);
    }

    // [out, r]
    private Tensor OfExpertB(Tensor all, int expert) => all.view(all.shape[0], -1, _experts).select(2, expert);

    private static Tensor GradientOf(Tensor factor) => factor.grad ??= zeros_like(factor);
}
