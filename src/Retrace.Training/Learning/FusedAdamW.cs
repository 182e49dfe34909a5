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
    /// The rates for <see cref="Update"/>, in a tensor on the host, because temporary scalars are not safe
    /// (docs/torchsharp.md).
    /// </summary>
    public static Tensor Rates(double learningRate, double weightDecay) =>
        tensor((double[])[learningRate, weightDecay], device: CPU).DetachFromDisposeScope();

    /// <summary>
    /// The number of the update, from 1, where the weights are: made there, as a copy from the host would wait for all
    /// that the device still computes.
    /// </summary>
    public static Tensor StepNumber(int step, Device device)
    {
        using Scalar number = (float)step;
        return full([], number, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>Updates weights and moments in place.</summary>
    /// <param name="weights">The weights: fp32, of any shape.</param>
    /// <param name="gradient">The gradient, of the same shape and type; so are the moments.</param>
    /// <param name="step">As <see cref="StepNumber"/> makes it.</param>
    /// <param name="rates">As <see cref="Rates"/> makes them.</param>
    public static void Update(Tensor weights, Tensor gradient, Tensor first, Tensor second, Tensor step, Tensor rates)
    {
        using DisposeScope scope = NewDisposeScope();
        Compiled.Value.invoke("update", weights, gradient, first, second, step, rates);
    }
}
