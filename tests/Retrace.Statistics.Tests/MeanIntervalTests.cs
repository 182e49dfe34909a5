namespace Retrace.Statistics.Tests;

public class MeanIntervalTests
{
    // s = √2.5 and t(4) = 2.776445, from tables: 2.776445 · √(2.5 / 5) = 1.963243.
    [Fact]
    public void Five_measurements_spread_by_students_t_with_four_degrees_of_freedom()
    {
        var interval = MeanInterval.Of([1, 2, 3, 4, 5]);
        Assert.Equal(3, interval.Mean, 12);
        Assert.Equal(1.963243, interval.HalfWidth!.Value, 6);
        Assert.Equal(1.036757, interval.Lower!.Value, 6);
        Assert.Equal(4.963243, interval.Upper!.Value, 6);
    }

    // s = 0.1 · √2 and t(1) = tan(0.475 π) = 12.706205: 12.706205 · 0.1 = 1.2706205.
    [Fact]
    public void Two_measurements_have_a_wide_interval() =>
        Assert.Equal(1.2706205, MeanInterval.Of([0.4, 0.6]).HalfWidth!.Value, 6);

    [Fact]
    public void Equal_measurements_have_no_width() =>
        Assert.Equal(new MeanInterval(0.5, 0), MeanInterval.Of([0.5, 0.5, 0.5]));

    [Fact]
    public void One_measurement_has_no_interval()
    {
        var interval = MeanInterval.Of([0.5]);
        Assert.Equal(0.5, interval.Mean);
        Assert.Null(interval.Lower);
        Assert.Null(interval.Upper);
    }

    [Fact]
    public void No_measurements_have_no_mean() => Assert.Throws<ArgumentException>(() => MeanInterval.Of([]));
}
