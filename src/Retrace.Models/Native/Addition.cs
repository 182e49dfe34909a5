using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>Addition of tensors that is safe from the garbage collector.</summary>
/// <remarks>
/// TorchSharp's <c>+</c> and <c>add_</c> make a scalar 1 on the way, which a collection at that moment frees under the
/// native call (docs/torchsharp.md).
/// </remarks>
public static class Addition
{
    private static readonly Scalar One = 1; // Of any type: an integer may scale floating-point numbers.

    /// <summary>The sum a + b, as a new tensor.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>Adds b to a in place: a ← a + b.</summary>
    public static Tensor Increase(this Tensor a, Scalar b) => a.add_(b, One);
}
