using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

public sealed class SiluGradientTests
{
    [Fact]
    public void It_is_the_slope_of_silu_times_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] x = [-200, -30, -1.2784645, -1, 0, 0.5, 3, 30, 200];
        double[] gradient = [1, 2, 3, -1, 4, -0.5, 2, 1, -1];
        double[] expected = [.. x.Zip(gradient, (value, factor) => factor * Slope(value))];

        Tensor actual = SiluGradient.Of(tensor(gradient).to(ScalarType.Float32), tensor(x).to(ScalarType.Float32));

        Assert.All(expected.Zip(actual.data<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));

        static double Slope(double x)
        {
            double sigmoid = 1 / (1 + Math.Exp(-x));
            return sigmoid * (1 + (x * (1 - sigmoid)));
        }
    }
}
