using Retrace.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>
/// The optimizer's first moments in a checkpoint: after one step the gradient, but for a factor. Weights would compare
/// worse, as Adam takes steps of the same length where a gradient is hardly more than rounding.
/// </summary>
internal static class StoredMoments
{
    /// <summary>The moments of all tensors together differ by no more than this share of their norm.</summary>
    /// <param name="expected">A checkpoint's folder.</param>
    /// <param name="actual">Another's.</param>
    public static void AssertNear(string expected, string actual, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile left = Open(expected);
        using SafetensorsFile right = Open(actual);
        string[] moments = [.. left.Entries.Keys.Where(name => name.StartsWith("first.", StringComparison.Ordinal))];
        double size = Norm(name => left.Load(name));
        Assert.True(size > 0);
        Assert.InRange(Norm(name => left.Load(name) - right.Load(name)) / size, 0, tolerance);

        double Norm(Func<string, Tensor> of) =>
            Math.Sqrt(moments.Sum(name => (double)of(name).square().sum().item<float>()));
    }

    private static SafetensorsFile Open(string checkpoint) =>
        SafetensorsFile.Open(Path.Combine(checkpoint, "trainer", "optimizer.safetensors"));
}
