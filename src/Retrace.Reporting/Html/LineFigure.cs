using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>Several lines over one axis, for a page or as a file of its own.</summary>
/// <param name="Title">What is plotted.</param>
/// <param name="Explanation">One sentence on how to read it.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="XLabel">What it counts.</param>
/// <param name="Unit">Of the values.</param>
/// <param name="Lines">At least one, with at least one point.</param>
internal sealed record LineFigure(
    string Title, string Explanation, AxisScale X, string XLabel, MetricUnit Unit, IReadOnlyList<NamedLine> Lines)
{
    private const double LegendLine = 17;
    private const double SwatchEnd = PlotFrame.Left + 26;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>With heading, explanation and legend, for a page that has the style sheet.</summary>
    public XElement ForPage() => Figure.Of(
        Title,
        Explanation,
        Lines.Select(line => new LegendEntry(line.Look, "line", line.Name, Format(line.Points[^1].Y!.Value))),
        Plot());

    /// <summary>An SVG document with its legend and the style sheet in it.</summary>
    public XElement Alone()
    {
        double legend = LegendLine * (Lines.Count + 1);
        XElement plot = Plot();
        XElement drawing = new(
            "svg",
            new XAttribute("class", "plot"),
            new XAttribute(
                "viewBox", FormattableString.Invariant($"0 0 {PlotFrame.Width} {PlotFrame.Height + legend}")),
            new XAttribute("font-family", "system-ui, sans-serif"),
            new XElement("style", HtmlPage.StyleSheet),
            new XElement("title", plot.Attribute("aria-label")!.Value),
            Text(PlotFrame.Left, LegendLine, Title),
            Lines.SelectMany((line, i) => Entry(line, LegendLine * (i + 2))),
            new XElement(
                "g",
                new XAttribute("transform", FormattableString.Invariant($"translate(0 {legend})")),
                plot.Elements()));
        return InSvg(drawing);
    }

    private XElement Plot()
    {
        double[] values = [.. Lines.SelectMany(line => line.Points).Select(point => point.Y).OfType<double>()];
        PlotFrame frame = new(X, AxisScale.Covering(Math.Min(0, values.Min()), values.Max(), Unit));
        string description = $"{Title} by {XLabel}. " + string.Join("; ", Lines.Select(line =>
            $"{line.Name}: from {Format(line.Points[0].Y!.Value)} to {Format(line.Points[^1].Y!.Value)}"));
        return frame.Draw(description, XLabel, Lines.Select(line => new XElement(
            "g", new XAttribute("class", line.Look), frame.Line("line", line.Points))));
    }

    private static IEnumerable<XElement> Entry(NamedLine line, double baseline)
    {
        yield return new XElement(
            "g",
            new XAttribute("class", line.Look),
            new XElement(
                "path",
                new XAttribute("class", "line"),
                new XAttribute("d", FormattableString.Invariant(
                    $"M{PlotFrame.Left} {baseline - 4}H{SwatchEnd}"))));
        yield return Text(SwatchEnd + 8, baseline, line.Name);
    }

    private static XElement Text(double left, double baseline, string text) => new(
        "text",
        new XAttribute("x", left.ToString(CultureInfo.InvariantCulture)),
        new XAttribute("y", baseline.ToString(CultureInfo.InvariantCulture)),
        text);

    // In a page the parser knows that what stands in <svg> is SVG; in a file of its own every name has to say so.
    private static XElement InSvg(XElement element) => new(
        Svg + element.Name.LocalName,
        element.Attributes(),
        element.Nodes().Select(node => node is XElement child ? InSvg(child) : node));

    private string Format(double value) => Unit == MetricUnit.Share
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %")
        : value.ToString("0.000", CultureInfo.InvariantCulture);
}
