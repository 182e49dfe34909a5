using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// libtorch's fused AdamW: one pass over weights, gradient and moments, with no temporary tensors. β₁ = 0.9, β₂ = 0.999,
/// ε = 1e-8.
/// </summary>
/// <remarks>TorchSharp has no method for the operator; TorchScript knows every operator there is.</remarks>
internal static class FusedAdamW
{
    // What is written to a list that nobody reads is taken for dead code, and the call with it: so one is returned.
    private const string Script = """
        def update(weights, gradient, first, second, step, rates):
            updated = [weights]
            torch._fused_adamw_(
                updated, [gradient], [first], [second], [], [step], lr=float(rates[0]), beta1=0.9, beta2=0.999,
                weight_decay=float(rates[1]), eps=1e-8, amsgrad=False, maximize=False)
            return updated[0]

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(Script);

    /// <summary>
    /// What <see cref="Update"/> takes; a tensor, because temporary scalars are not safe (docs/architecture.md).
    /// </summary>
    public static Tensor Rates(double learningRate, double weightDecay) => tensor((double[])[learningRate, weightDecay]);

    /// <summary>Updates weights and moments in place.</summary>
    /// <param name="weights">fp32, of any shape.</param>
    /// <param name="gradient">Of the same shape and type; so are the moments.</param>
    /// <param name="step">Counts from 1.</param>
    public static void Update(Tensor weights, Tensor gradient, Tensor first, Tensor second, int step, Tensor rates)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor count = tensor((float[])[step], device: weights.device).squeeze();
        Compiled.Value.invoke("update", weights, gradient, first, second, count, rates);
    }
}
