using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Tests.Plots;

public sealed class PlotFrameTests
{
    // The area is 378 wide, from 50 on, and 176 high, from 184 upwards: a step is 37.8, a tenth of the share 17.6.
    private readonly PlotFrame _frame = new(AxisScale.OfSteps(0, 10), AxisScale.Covering(0, 1, MetricUnit.Share));

    [Fact]
    public void A_line_goes_through_its_points()
    {
        XElement line = _frame.Line("line", [new(0, 0), new(5, 0.5), new(10, 1)]);
        Assert.Equal("M50 184L239 96L428 8", line.Attribute("d")!.Value);
        Assert.Equal("line", line.Attribute("class")!.Value);
    }

    [Fact]
    public void A_null_breaks_the_line_and_a_lone_point_is_a_dot()
    {
        XElement line = _frame.Line(
            "line", [new(0, null), new(1, 0), new(2, 0), new(3, null), new(4, 1), new(5, null)]);
        Assert.Equal("M87.8 184L125.6 184M201.2 8h0", line.Attribute("d")!.Value);
        Assert.Equal("", _frame.Line("line", [new(0, null)]).Attribute("d")!.Value);
    }

    [Fact]
    public void A_band_goes_along_its_upper_edge_and_back_along_the_lower()
    {
        XElement band = _frame.Band([new(0, 0.5, 0.1), new(1, 0.5, 0), new(2, null, 0), new(10, 0.9, 0.3)]);
        Assert.Equal("M50 78.4L87.8 96L87.8 96L50 113.6ZM428 8L428 78.4Z", band.Attribute("d")!.Value);
    }

    [Fact]
    public void Intervals_and_dots_stand_at_their_values()
    {
        Assert.Equal("M50 148.8L50 78.4", _frame.Interval(0, 0.2, 0.6).Attribute("d")!.Value);
        XElement dot = _frame.Dot(10, 0.5, "half");
        Assert.Equal(("428", "96", "half"), (dot.Attribute("cx")!.Value, dot.Attribute("cy")!.Value, dot.Value));
    }

    [Fact]
    public void Marks_stand_beside_their_grid_lines()
    {
        XElement plot = _frame.Draw("nothing yet", "step", []);
        Assert.Equal(
            ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %", "0", "2", "4", "6", "8", "10", "step"],
            plot.Elements("text").Select(text => text.Value));
        XElement fifth = plot.Elements("text").ElementAt(1);
        Assert.Equal(("44", "152.8"), (fifth.Attribute("x")!.Value, fifth.Attribute("y")!.Value));
        Assert.Equal("M50 148.8H428", plot.Elements("path").ElementAt(1).Attribute("d")!.Value);
    }
}
