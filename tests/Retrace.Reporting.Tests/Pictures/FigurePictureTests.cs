using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Reporting.Pictures;
using Retrace.Reporting.Plots;
using SkiaSharp;

namespace Retrace.Reporting.Tests.Pictures;

public sealed class FigurePictureTests
{
    private const int Scale = 3;
    private const int Margin = 12;

    [Fact]
    public void A_picture_shows_the_shapes_in_the_colours_of_the_light_page()
    {
        PlotFrame frame = new(AxisScale.OfSteps(0, 10), AxisScale.Covering(0, 1, MetricUnit.Share));
        XElement[] shapes =
        [
            new("g", new XAttribute("class", "c1 d0"), frame.Line("line", [new(0, 0.5), new(10, 0.5)])),
            new("g", new XAttribute("class", "c2 d0"), frame.Dot(5, 0.75, "a dot")),
        ];
        Figure figure = new("name", "Title", "", [], frame.Draw("", "step", shapes), []);
        using var picture = SKBitmap.Decode(FigurePicture.DrawPng(figure.Alone()));
        Assert.Equal(((440 + 2 * Margin) * Scale, (220 + 17 + 2 * Margin) * Scale), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(2, 2));
        Assert.Equal(SKColor.Parse("#d55e00"), At(frame.XOf(2.5), frame.YOf(0.5)));
        Assert.Equal(SKColor.Parse("#007a5e"), At(frame.XOf(5), frame.YOf(0.75)));
        Assert.Equal(SKColors.White, At(frame.XOf(2.5), frame.YOf(0.65)));
        Assert.Equal(SKColor.Parse("#d9dce1"), At(frame.XOf(2.5), frame.YOf(0.6))); // A line of the grid.

        // Below the title's line.
        SKColor At(double x, double y) => picture.GetPixel((int)((x + Margin) * Scale), (int)((y + 17 + Margin) * Scale));
    }

    [Fact]
    public void A_long_name_widens_the_picture()
    {
        XElement plot = new PlotFrame(AxisScale.OfSteps(0, 10), AxisScale.OfSteps(0, 10)).Draw("", "step", []);
        using SKBitmap picture = SKBitmap.Decode(FigurePicture.DrawPng(
            new Figure("name", "Title", "", [new("c0", "line", new string('m', 80), "")], plot, []).Alone()));
        Assert.True(picture.Width > 800 * Scale);
    }

    [Fact]
    public void Styles_cascade_as_in_a_browser()
    {
        const string Sheet = """
            /* a { comment } */
            :root { --red: #f00; }
            @media print { .x { fill: #111; } .y { fill: #222; } }
            .c0 { --run: var(--red); }
            path { fill: none; stroke: var(--run, #00f); }
            .line { stroke-width: 2px; stroke-dasharray: var(--dash, none); }
            .early .line, .other { stroke-width: 3px; }
            svg > .line { fill: #333; }
            """;
        XElement path = new("path", new XAttribute("class", "line x"));
        XElement bare = new("path");
        XElement group = new("g", new XAttribute("class", "c0 early"), new XElement("g", path));
        XElement root = new("svg", group, bare);
        ComputedStyle style = ComputedStyle.OfRoot(root, Sheet);
        ComputedStyle ofPath = style.Of(group).Of(path.Parent!).Of(path);
        Assert.Equal(("none", "#f00", "none"), (ofPath["fill"], ofPath["stroke"], ofPath["stroke-dasharray"]));
        Assert.Equal(3, ofPath.Number("stroke-width", 1));
        Assert.Equal("#00f", style.Of(bare)["stroke"]);
        Assert.Equal(1, style.Of(bare).Number("stroke-width", 1));
    }

    [Theory]
    [InlineData("csrs, seed 0", "csrs-seed-0")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("μ β", "run")]
    [InlineData("v1.2", "v1.2")]
    public void A_name_becomes_harmless_in_a_path(string name, string inFile) =>
        Assert.Equal(inFile, FigureName.Of(name));
}
