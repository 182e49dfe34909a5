using CsCheck;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Tests.Plots;

public sealed class AxisScaleTests
{
    [Fact]
    public void Shares_are_marked_in_percent()
    {
        AxisScale scale = AxisScale.Covering(0.02, 0.97, MetricUnit.Share);
        Assert.Equal((0, 1), (scale.Lower, scale.Upper));
        Assert.Equal(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"], scale.Ticks.Select(tick => tick.Label));
        Assert.Equal([0, 0.2, 0.4, 0.6, 0.8, 1], scale.Ticks.Select(tick => tick.Value));
    }

    [Theory]
    [InlineData(0.4, 0.4, 0.34, 0.46)] // 0.35 to 0.45, out to multiples of 0.02.
    [InlineData(0, 0, 0, 0.1)]
    [InlineData(1, 1, 0.9, 1)]
    [InlineData(-0.01, 0.01, -0.06, 0.06)] // A difference of shares may be negative.
    public void A_range_of_shares_is_at_least_ten_points_wide_and_stays_within_what_shares_can_be(
        double lowest, double highest, double lower, double upper)
    {
        AxisScale scale = AxisScale.Covering(lowest, highest, MetricUnit.Share);
        Assert.Equal(lower, scale.Lower, 12);
        Assert.Equal(upper, scale.Upper, 12);
    }

    [Fact]
    public void Labels_have_as_many_decimals_as_the_distance_of_marks_needs()
    {
        Assert.Equal(
            ["0.00", "0.02", "0.04", "0.06", "0.08"],
            AxisScale.Covering(0, 0.071, MetricUnit.Nats).Ticks.Select(tick => tick.Label));
        Assert.Equal(
            ["-500", "0", "500", "1,000"],
            AxisScale.Covering(-312, 1000, MetricUnit.Number).Ticks.Select(tick => tick.Label));
        Assert.Equal(
            ["0e0", "2e-6", "4e-6", "6e-6", "8e-6"],
            AxisScale.Covering(0, 8e-6, MetricUnit.Nats).Ticks.Select(tick => tick.Label));
    }

    [Fact]
    public void A_single_value_lies_inside_its_axis()
    {
        AxisScale scale = AxisScale.Covering(50, 50, MetricUnit.Tokens); // 45 to 55, out to multiples of 2.
        Assert.Equal((44, 56), (scale.Lower, scale.Upper));
    }

    [Fact]
    public void An_axis_of_steps_ends_with_the_steps_and_marks_whole_ones()
    {
        AxisScale scale = AxisScale.OfSteps(0, 130);
        Assert.Equal((0, 130), (scale.Lower, scale.Upper));
        Assert.Equal([0, 50, 100], scale.Ticks.Select(tick => tick.Value));
        Assert.Equal([1, 2, 3], AxisScale.OfSteps(1, 3).Ticks.Select(tick => tick.Value));
        Assert.Equal(["0", "1"], AxisScale.OfSteps(0, 0).Ticks.Select(tick => tick.Label));
    }

    [Fact]
    public void Every_range_is_covered_by_few_evenly_spaced_marks() =>
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Double[-9, 9], Gen.Enum<MetricUnit>()).Sample((lowest, exponent, unit) =>
        {
            double highest = lowest + Math.Pow(10, exponent);
            AxisScale scale = AxisScale.Covering(lowest, highest, unit);
            double tolerance = 1e-6 * (scale.Upper - scale.Lower);
            Assert.InRange(lowest, scale.Lower - tolerance, scale.Upper);
            Assert.InRange(highest, scale.Lower, scale.Upper + tolerance);
            Assert.InRange(scale.Ticks.Count, 3, 9);
            double distance = (scale.Upper - scale.Lower) / (scale.Ticks.Count - 1);
            Assert.All(scale.Ticks.Index(), tick =>
                Assert.Equal(scale.Lower + tick.Index * distance, tick.Item.Value, tolerance));
        });

    [Fact]
    public void Values_beyond_all_sense_do_not_break_it() =>
        Gen.Select(Gen.Double, Gen.Double, Gen.Enum<MetricUnit>())
            .Where((a, b, _) => double.IsFinite(a) && double.IsFinite(b))
            .Sample((a, b, unit) =>
            {
                AxisScale scale = AxisScale.Covering(Math.Min(a, b), Math.Max(a, b), unit);
                Assert.True(scale.Lower < scale.Upper && double.IsFinite(scale.Upper - scale.Lower));
                Assert.InRange(scale.Ticks.Count, 2, 9);
            });
}
