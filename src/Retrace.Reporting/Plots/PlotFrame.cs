using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Retrace.Reporting.Plots;

/// <summary>A plot's axes, and shapes in their coordinates, as SVG for use inside a page.</summary>
/// <remarks>
/// We draw it ourselves because what plotting libraries export is a picture of one moment: ScottPlot's SVG, which
/// SkiaSharp records, has fixed colours on a white ground, text set glyph by glyph in a font of the machine it was
/// written on, and clip paths whose ids collide when several lie in one page. Here shapes carry classes, and the page's
/// style sheet decides colours for light, dark and paper.
/// </remarks>
internal sealed class PlotFrame(AxisScale x, AxisScale y)
{
    public const double Width = 440;
    public const double Height = 220;
    public const double Left = 50;
    public const double Right = 428;
    public const double Top = 8;
    public const double Bottom = 184;

    private const int Columns = (int)(Right - Left); // Of what is drawn of a long curve.
    private const double LabelGap = 6;
    private const double TextMiddle = 4; // From a text's baseline up to its middle.

    public double XOf(double value) => Left + (value - x.Lower) / (x.Upper - x.Lower) * (Right - Left);

    public double YOf(double value) => Bottom - (value - y.Lower) / (y.Upper - y.Lower) * (Bottom - Top);

    /// <summary>A line through the points, broken at gaps. A point between two gaps is a dot.</summary>
    public XElement Line(string style, IEnumerable<PlotPoint> points)
    {
        StringBuilder path = new();
        foreach (List<PlotPoint> piece in Pieces(points, point => point.Y is not null))
        {
            path.Append('M').AppendJoin(
                'L', Thinning.Thin(piece, Columns).Select(point => Position(point.X, point.Y!.Value)));
            if (piece.Count == 1)
            {
                path.Append("h0"); // With round line caps a line without length is a dot.
            }
        }
        return new XElement("path", new XAttribute("class", style), new XAttribute("d", path.ToString()));
    }

    /// <summary>
    /// The area between mean − deviation and mean + deviation, broken at gaps, and cut where it leaves the axis: a
    /// deviation can reach beyond what values can be.
    /// </summary>
    public XElement Band(IEnumerable<SeedSpread> spreads)
    {
        StringBuilder path = new();
        foreach (List<SeedSpread> piece in Pieces(spreads, spread => spread.Mean is not null))
        {
            IEnumerable<string> above = Edge(piece, deviations: 1);
            IEnumerable<string> below = Edge(piece, deviations: -1).Reverse();
            path.Append('M').AppendJoin('L', above.Concat(below)).Append('Z');
        }
        return new XElement("path", new XAttribute("class", "band"), new XAttribute("d", path.ToString()));

        IEnumerable<string> Edge(List<SeedSpread> piece, int deviations)
        {
            PlotPoint[] edge =
            [
                .. piece.Select(at => new PlotPoint(
                    at.X, Math.Clamp(at.Mean!.Value + deviations * at.Deviation, y.Lower, y.Upper))),
            ];
            return Thinning.Thin(edge, Columns).Select(point => Position(point.X, point.Y!.Value));
        }
    }

    /// <summary>A filled bar from zero up to a value, which shows <paramref name="note"/> when it is pointed at.</summary>
    /// <param name="from">Its left edge, on the horizontal axis.</param>
    /// <param name="width">On the horizontal axis, too.</param>
    public XElement Bar(double from, double width, double value, string note) =>
        Bars([new PlottedBar(from, width, 0, value)], note);

    /// <summary>Several filled bars as one shape, which shows <paramref name="note"/> when it is pointed at.</summary>
    public XElement Bars(IEnumerable<PlottedBar> bars, string note) => new(
        "path",
        new XAttribute("class", "bar"),
        new XAttribute("d", string.Concat(bars.Select(Outline))),
        new XElement("title", note));

    /// <summary>A vertical bar from one value to another.</summary>
    public XElement Interval(double at, double lower, double upper) => new(
        "path",
        new XAttribute("class", "interval"),
        new XAttribute("d", $"M{Position(at, lower)}L{Position(at, upper)}"));

    /// <summary>A dot that shows <paramref name="note"/> when it is pointed at.</summary>
    /// <param name="radius">In the plot's units, of which it is 440 wide.</param>
    public XElement Dot(double at, double value, string note, double radius = 3) => new(
        "circle",
        new XAttribute("class", "dot"),
        new XAttribute("cx", Number(XOf(at))),
        new XAttribute("cy", Number(YOf(value))),
        new XAttribute("r", Number(radius)),
        new XElement("title", note));

    /// <summary>The plot: grid and labels, and over them the shapes, in their order.</summary>
    /// <param name="description">What it shows, for those who cannot see it.</param>
    /// <param name="xLabel">What the horizontal axis counts.</param>
    public XElement Draw(string description, string xLabel, IEnumerable<XElement> shapes) => new(
        "svg",
        new XAttribute("class", "plot"),
        new XAttribute("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
        new XAttribute("role", "img"),
        new XAttribute("aria-label", description),
        y.Ticks.SelectMany(HorizontalMark),
        x.Ticks.SelectMany(VerticalMark),
        Text("axis", (Left + Right) / 2, Height - 4, xLabel),
        shapes);

    private IEnumerable<XElement> HorizontalMark(Tick tick)
    {
        double height = YOf(tick.Value);
        string style = tick.Value == 0 || tick.Value == y.Lower ? "base" : "grid";
        yield return new XElement(
            "path",
            new XAttribute("class", style),
            new XAttribute("d", $"M{Number(Left)} {Number(height)}H{Number(Right)}"));
        yield return Text("y", Left - LabelGap, height + TextMiddle, tick.Label);
    }

    private IEnumerable<XElement> VerticalMark(Tick tick)
    {
        double place = XOf(tick.Value);
        yield return new XElement(
            "path", new XAttribute("class", "base"), new XAttribute("d", $"M{Number(place)} {Number(Bottom)}v4"));
        yield return Text("x", place, Bottom + 16, tick.Label);
    }

    private static XElement Text(string style, double left, double baseline, string text) => new(
        "text",
        new XAttribute("class", style),
        new XAttribute("x", Number(left)),
        new XAttribute("y", Number(baseline)),
        text);

    private string Outline(PlottedBar bar)
    {
        double to = bar.From + bar.Width;
        return $"M{Position(bar.From, bar.Lower)}L{Position(bar.From, bar.Upper)}"
            + $"L{Position(to, bar.Upper)}L{Position(to, bar.Lower)}Z";
    }

    private string Position(double at, double value) => $"{Number(XOf(at))} {Number(YOf(value))}";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static IEnumerable<List<T>> Pieces<T>(IEnumerable<T> points, Func<T, bool> isMeasured)
    {
        List<T> piece = [];
        foreach (T point in points)
        {
            if (isMeasured(point))
            {
                piece.Add(point);
            }
            else if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }
        if (piece.Count > 0)
        {
            yield return piece;
        }
    }
}
