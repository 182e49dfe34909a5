using CsCheck;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Tests.Plots;

public sealed class SmoothingTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(19, 0)]
    [InlineData(20, 1)]
    [InlineData(100, 5)]
    public void It_reaches_over_a_twentieth_of_the_steps(int steps, int halfWidth) =>
        Assert.Equal(halfWidth, Smoothing.HalfWidth(steps));

    [Fact]
    public void Weights_fall_with_the_distance_and_are_scaled_at_the_ends()
    {
        // Weights 1/2, 1, 1/2; at the ends 1, 1/2 scaled to 2/3, 1/3.
        IReadOnlyList<PlotPoint> smooth = Smoothing.Smooth(Curve(3, 6, 0, 12), 1);
        Assert.Equal([4, 3.75, 4.5, 8], smooth.Select(point => Math.Round(point.Y!.Value, 12)));
        Assert.Equal([1, 2, 3, 4], smooth.Select(point => point.X));
    }

    [Fact]
    public void A_gap_stays_and_counts_for_nothing()
    {
        // Half width 2 gives the weights 1, 2/3, 1/3. At step 1: (1 · 3 + 1/3 · 9) / (4/3).
        IReadOnlyList<PlotPoint> smooth = Smoothing.Smooth(Curve(3, null, 9), 2);
        Assert.Null(smooth[1].Y);
        Assert.Equal(4.5, smooth[0].Y!.Value, 12);
        Assert.Equal(7.5, smooth[2].Y!.Value, 12);
    }

    [Fact]
    public void Distance_is_in_steps_not_in_points()
    {
        PlotPoint[] sparse = [new(10, 1), new(20, 5)];
        Assert.Equal(sparse, Smoothing.Smooth(sparse, 5));
    }

    [Fact]
    public void Without_width_nothing_changes() =>
        Assert.Equal(Curve(1, null, 4), Smoothing.Smooth(Curve(1, null, 4), 0));

    [Fact]
    public void It_stays_within_the_values_and_keeps_constants() =>
        Gen.Select(Gen.Double[-5, 5].Array[1, 40], Gen.Int[0, 10]).Sample((values, halfWidth) =>
        {
            double?[] nullable = [.. values];
            IReadOnlyList<PlotPoint> smooth = Smoothing.Smooth(Curve(nullable), halfWidth);
            Assert.All(smooth, point => Assert.InRange(point.Y!.Value, values.Min() - 1e-9, values.Max() + 1e-9));
            double?[] constant = [.. values.Select(_ => values[0])];
            IReadOnlyList<PlotPoint> flat = Smoothing.Smooth(Curve(constant), halfWidth);
            Assert.All(flat, point => Assert.Equal(values[0], point.Y!.Value, 1e-12));
        });

    private static PlotPoint[] Curve(params double?[] values) =>
        [.. values.Select((value, index) => new PlotPoint(index + 1, value))];
}
