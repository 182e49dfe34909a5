using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>How far numbers are from those that they should be.</summary>
internal static class Distance
{
    /// <summary>The values of a tensor of any type and device.</summary>
    public static double[] Values(Tensor tensor)
    {
        using Tensor wide = tensor.detach().to(ScalarType.Float64);
        using Tensor flat = wide.contiguous();
        using Tensor host = HostCopy.Of(flat);
        return [.. host.data<double>()];
    }

    /// <summary>
    /// The largest difference, as a share of the numbers' usual size; infinite where one is no number, or their counts
    /// differ.
    /// </summary>
    public static double Largest(IReadOnlyList<double> expected, Tensor actual)
    {
        double[] values = Values(actual);
        double size = Math.Sqrt(expected.Average(value => value * value));
        // Max passes over NaN, so it is looked for.
        return values.Length != expected.Count || !values.All(double.IsFinite)
            ? double.PositiveInfinity
            : expected.Zip(values, (left, right) => Math.Abs(left - right)).Max() / size;
    }
}
