using CsCheck;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Tests.Plots;

public sealed class ThinningTests
{
    [Fact]
    public void Of_a_column_the_first_the_lowest_the_highest_and_the_last_stay()
    {
        double[] values = [5, 9, 7, 1, 3, 4, 4, 4, 4, 4];
        PlotPoint[] points = [.. values.Select((value, x) => new PlotPoint(x, value))];
        Assert.Equal([0, 1, 3, 9], Thinning.Thin(points, columns: 1).Select(point => point.X));
        // Columns 0 to 4 and 4.5 to 9; of equal values the first.
        Assert.Equal([0, 1, 3, 4, 5, 9], Thinning.Thin(points, columns: 2).Select(point => point.X));
    }

    [Fact]
    public void Few_points_stay_all() => Assert.Equal(
        40, Thinning.Thin([.. Enumerable.Range(0, 40).Select(x => new PlotPoint(x, x % 3))], columns: 10).Count);

    [Fact]
    public void A_long_curve_keeps_its_ends_its_extremes_and_its_order() => Gen.Select(
        Gen.Double[-1, 1].Array[2, 3000], Gen.Int[1, 50]).Sample((values, columns) =>
    {
        PlotPoint[] points = [.. values.Select((value, x) => new PlotPoint(x, value))];
        IReadOnlyList<PlotPoint> thin = Thinning.Thin(points, columns);
        Assert.Equal((points[0], points[^1]), (thin[0], thin[^1]));
        Assert.Equal(points.Max(point => point.Y), thin.Max(point => point.Y));
        Assert.Equal(points.Min(point => point.Y), thin.Min(point => point.Y));
        Assert.True(thin.Count <= 4 * columns);
        Assert.Equal(thin.OrderBy(point => point.X).Distinct(), thin);
        Assert.Subset(points.ToHashSet(), thin.ToHashSet());
    });
}
