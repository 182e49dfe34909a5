using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>
/// A plot with its heading and legend, for a page or as a file of its own, and the numbers behind it.
/// </summary>
/// <param name="Name">Names its files: letters, digits, dots and hyphens.</param>
/// <param name="Title">What is plotted.</param>
/// <param name="Explanation">One sentence on how to read it.</param>
/// <param name="Legend">Its lines.</param>
/// <param name="Plot">The SVG, as <see cref="PlotFrame.Draw"/> makes it.</param>
/// <param name="Values">All values that are plotted, those too that a plot of many steps has no room for.</param>
internal sealed record Figure(
    string Name,
    string Title,
    string Explanation,
    IReadOnlyList<LegendEntry> Legend,
    XElement Plot,
    IReadOnlyList<PlottedValue> Values)
{
    private const double LegendLine = 17;
    private const double SwatchEnd = PlotFrame.Left + 26;

    /// <summary>The title for a figure that stands alone, without a page's heading.</summary>
    public string TitleAlone { get; init; } = Title;

    /// <summary>The figure for a page that has the style sheet.</summary>
    public XElement ForPage() => new(
        "figure",
        new XElement("h3", Title),
        new XElement("p", new XAttribute("class", "note"), Explanation),
        new XElement(
            "ul",
            new XAttribute("class", "legend"),
            Legend.Select(Item)),
        Plot);

    /// <summary>An SVG document with its legend and the style sheet in it.</summary>
    public XElement Alone()
    {
        double legend = LegendLine * (Legend.Count + 1);
        return new XElement(
            "svg",
            new XAttribute("xmlns", "http://www.w3.org/2000/svg"),
            new XAttribute("class", "plot"),
            new XAttribute(
                "viewBox", FormattableString.Invariant($"0 0 {PlotFrame.Width} {PlotFrame.Height + legend}")),
            new XAttribute("font-family", "system-ui, sans-serif"),
            new XElement("style", HtmlPage.StyleSheet),
            new XElement("title", Plot.Attribute("aria-label")!.Value),
            Text(PlotFrame.Left, LegendLine, TitleAlone),
            Legend.SelectMany((entry, i) => Entry(entry, LegendLine * (i + 2))),
            new XElement(
                "g",
                new XAttribute("transform", FormattableString.Invariant($"translate(0 {legend})")),
                Plot.Elements()));
    }

    /// <summary>A short piece of a line, for a legend.</summary>
    public static XElement Swatch(string look, string stroke) => new(
        "svg",
        new XAttribute("class", $"swatch {look}"),
        new XAttribute("viewBox", "0 0 26 10"),
        new XAttribute("aria-hidden", "true"),
        new XElement("path", new XAttribute("class", stroke), new XAttribute("d", "M2 5H24")));

    private static XElement Item(LegendEntry entry) => new(
        "li",
        Swatch(entry.Look, entry.Stroke),
        entry.Name,
        " ",
        new XElement("b", new XAttribute("class", "whole"), entry.Value));

    private static IEnumerable<XElement> Entry(LegendEntry entry, double baseline)
    {
        yield return new XElement(
            "g",
            new XAttribute("class", entry.Look),
            new XElement(
                "path",
                new XAttribute("class", entry.Stroke),
                new XAttribute("d", FormattableString.Invariant(
                    $"M{PlotFrame.Left} {baseline - 4}H{SwatchEnd}"))));
        yield return Text(SwatchEnd + 8, baseline, $"{entry.Name} {entry.Value}".TrimEnd());
    }

    private static XElement Text(double left, double baseline, string text) => new(
        "text",
        new XAttribute("x", left.ToString(CultureInfo.InvariantCulture)),
        new XAttribute("y", baseline.ToString(CultureInfo.InvariantCulture)),
        text);
}
