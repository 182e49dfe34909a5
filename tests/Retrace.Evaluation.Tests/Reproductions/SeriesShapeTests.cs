using System.Globalization;
using Retrace.Evaluation.Reproductions;

namespace Retrace.Evaluation.Tests.Reproductions;

public sealed class SeriesShapeTests
{
    [Theory]
    [InlineData("1 2 4", Trend.Rising, 2, "rises throughout")]
    [InlineData("4 2 1", Trend.Falling, 0, "falls throughout")]
    [InlineData("1 4 2", Trend.Peaked, 1, "rises up to b and falls from there")]
    [InlineData("4 1 2", Trend.Varied, 0, "goes up and down, with its highest at a")]
    [InlineData("1 1 2", Trend.Varied, 2, "goes up and down, with its highest at c")] // Equal ones do not rise.
    public void A_series_rises_falls_peaks_or_does_neither(string series, Trend trend, int highest, string words)
    {
        SeriesShape shape = SeriesShape.Of([.. series.Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture))]);
        Assert.Equal(new SeriesShape(trend, highest), shape);
        Assert.Equal(words, shape.Describe(["a", "b", "c"]));
    }

    [Theory]
    [InlineData("omega", Trend.Varied)] // 67.01, 66.58 and 68.25 at 0.3, 0.5 and 0.7.
    [InlineData("m", Trend.Peaked)]
    [InlineData("gamma", Trend.Peaked)]
    [InlineData("beta", Trend.Peaked)]
    public void The_paper_s_sweeps_peak_but_for_that_over_omega(string name, Trend trend) => Assert.Equal(
        trend, SeriesShape.Of([.. PaperTables.Named(name).Rows.Select(row => row.ReportedOn(null)!.Value)]).Trend);
}
