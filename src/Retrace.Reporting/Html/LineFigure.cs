using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>A figure of one or more lines over a common horizontal axis.</summary>
/// <param name="Title">What is plotted.</param>
/// <param name="Explanation">One sentence on how to read it.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="XLabel">What it counts.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="Lines">At least one, with at least one point.</param>
internal sealed record LineFigure(
    string Title, string Explanation, AxisScale X, string XLabel, MetricUnit Unit, IReadOnlyList<NamedLine> Lines)
{
    /// <param name="name">The name of the figure and of its files.</param>
    public Figure Draw(string name) => new(
        name,
        Title,
        Explanation,
        [.. Lines.Select(line => new LegendEntry(line.Look, "line", line.Name, Format(line.Points[^1].Y!.Value)))],
        Plot(),
        [.. Lines.SelectMany(line => line.Points, (line, point) =>
            new PlottedValue(line.Name, "value", point.X, point.Y))]);

    private XElement Plot()
    {
        double[] values = [.. Lines.SelectMany(line => line.Points).Select(point => point.Y).OfType<double>()];
        PlotFrame frame = new(X, AxisScale.Covering(Math.Min(0, values.Min()), values.Max(), Unit));
        string description = $"{Title} by {XLabel}. " + string.Join("; ", Lines.Select(line =>
            $"{line.Name}: from {Format(line.Points[0].Y!.Value)} to {Format(line.Points[^1].Y!.Value)}"));
        return frame.Draw(description, XLabel, Lines.Select(line => new XElement(
            "g", new XAttribute("class", line.Look), frame.Line("line", line.Points))));
    }

    private string Format(double value) => Unit == MetricUnit.Share
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %")
        : value.ToString("0.000", CultureInfo.InvariantCulture);
}
