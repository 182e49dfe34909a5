using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>
/// The backward pass of silu(x) = x · σ(x) as one operation: gradient · σ(x) · (1 + x · (1 − σ(x))). Out of the operations
/// that TorchSharp has it would be six.
/// </summary>
/// <remarks>TorchSharp has no method for this operator, but TorchScript can call every operator (SiluGradient.py).</remarks>
internal static class SiluGradient
{
    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(typeof(SiluGradient));

    /// <summary>The gradient of x.</summary>
    /// <param name="gradient">Of silu(x), of any shape.</param>
    /// <param name="x">Of the same shape and type.</param>
    public static Tensor Of(Tensor gradient, Tensor x) => (Tensor)Compiled.Value.invoke("of", gradient, x);
}
