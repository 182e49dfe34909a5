using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>
/// Equality but for rounding, which differs between processors, their instruction sets and numbers of threads, and grows
/// with the numbers that are compared.
/// </summary>
internal static class Close
{
    /// <summary>The number is off by no more than this share of the expected one.</summary>
    public static void Relative(double expected, double actual, double tolerance, string what = "it") => Assert.True(
        Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"{what}: {actual} instead of {expected}");

    /// <summary>No number is off by more than this share of the largest expected one.</summary>
    public static void Relative(float[] expected, float[] actual, double tolerance, string what = "they")
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = expected.Max(value => Math.Abs((double)value));
        double worst = expected.Zip(actual, (wanted, got) => Math.Abs((double)wanted - got)).Max();
        Assert.True(worst <= tolerance * size, $"{what}: off by {worst} where the largest is {size}");
    }

    /// <inheritdoc cref="Relative(float[], float[], double, string)"/>
    public static void Relative(Tensor expected, Tensor actual, double tolerance, string what = "they")
    {
        Assert.Equal(expected.shape, actual.shape);
        using DisposeScope scope = NewDisposeScope();
        Relative(Numbers(expected), Numbers(actual), tolerance, what);

        float[] Numbers(Tensor tensor) =>
            tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
