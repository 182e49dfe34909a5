using System.Xml.Linq;

namespace Retrace.Reporting.Html;

/// <summary>A plot with its heading and legend.</summary>
internal static class Figure
{
    /// <param name="title">What is plotted.</param>
    /// <param name="explanation">One sentence on how to read it.</param>
    /// <param name="legend">Its lines.</param>
    /// <param name="plot">The SVG.</param>
    public static XElement Of(string title, string explanation, IEnumerable<LegendEntry> legend, XElement plot) => new(
        "figure",
        new XElement("h3", title),
        new XElement("p", new XAttribute("class", "note"), explanation),
        new XElement(
            "ul",
            new XAttribute("class", "legend"),
            legend.Select(Item)),
        plot);

    /// <summary>A short piece of a line.</summary>
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
}
