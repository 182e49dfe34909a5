using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// libtorch's fused AdamW: one pass over weights, gradient and moments, with no temporary tensors. β₁ = 0.9, β₂ =
/// 0.999, ε = 1e-8.
/// </summary>
/// <remarks>
/// TorchSharp has no method for this operator, but TorchScript can call every operator (FusedAdamW.py).
/// </remarks>
internal static class FusedAdamW
{
    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(typeof(FusedAdamW));

    /// <summary>
    /// The rates for <see cref="Update"/>, in a tensor, because temporary scalars are not safe (docs/torchsharp.md).
    /// </summary>
    public static Tensor Rates(double learningRate, double weightDecay) => tensor((double[])[learningRate, weightDecay]);

    /// <summary>Updates weights and moments in place.</summary>
    /// <param name="weights">The weights: fp32, of any shape.</param>
    /// <param name="gradient">The gradient, of the same shape and type; so are the moments.</param>
    /// <param name="step">The number of the update, from 1.</param>
    public static void Update(Tensor weights, Tensor gradient, Tensor first, Tensor second, int step, Tensor rates)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor count = tensor((float[])[step], device: weights.device).squeeze();
        Compiled.Value.invoke("update", weights, gradient, first, second, count, rates);
    }
}
