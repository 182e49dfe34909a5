using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>The parts that both pages have in common.</summary>
internal static class LivePage
{
    /// <summary>A page whose parts the script keeps up to date.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="events">Where the parts come from.</param>
    /// <param name="content">Below the heading.</param>
    public static XElement Of(string title, string events, params IEnumerable<XElement?> content) => new(
        "html",
        new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement(
                "meta",
                new XAttribute("name", "viewport"),
                new XAttribute("content", "width=device-width, initial-scale=1")),
            new XElement("title", $"{title} – Retrace"),
            // An empty picture: otherwise the browser asks for one.
            new XElement("link", new XAttribute("rel", "icon"), new XAttribute("href", "data:,")),
            new XElement("link", new XAttribute("rel", "stylesheet"), new XAttribute("href", "/style.css")),
            new XElement(
                "script", new XAttribute("type", "module"), new XAttribute("src", "/dashboard.js"), "")),
        new XElement(
            "body",
            new XAttribute("data-events", events),
            new XElement(
                "header",
                new XElement("h1", title),
                new XElement(
                    "p",
                    new XAttribute("id", "connection"),
                    new XAttribute("class", "note"),
                    new XAttribute("role", "status"),
                    "")),
            content));

    /// <summary>A page that says why something was not done.</summary>
    public static XElement Refusal(string sentence) => new(
        "html",
        new XAttribute("lang", "en"),
        new XElement(
            "head",
            new XElement("title", "Retrace"),
            new XElement("link", new XAttribute("rel", "stylesheet"), new XAttribute("href", "/style.css"))),
        new XElement(
            "body",
            new XElement("p", sentence),
            new XElement("p", new XElement("a", new XAttribute("href", "/"), "All runs"))));

    /// <summary>A section whose heading stays when its content is empty.</summary>
    public static XElement Section(string title, params object?[] content) =>
        new("section", new XElement("h2", title), content);

    /// <summary>The tables and figures of the report.</summary>
    public static IReadOnlyList<XElement> Curves(IReadOnlyList<RunRecord> runs)
    {
        if (runs.Count == 0)
        {
            return [];
        }
        var reported = ReportedRuns.Of(runs);
        return [.. Report.Results(reported).Concat(Report.Curves(reported)).OfType<XElement>()];
    }

    /// <summary>The relative URL of a run's page.</summary>
    public static string AddressOf(string run) => $"/run?name={Uri.EscapeDataString(run)}";

    /// <summary>A badge that shows the run's state in one word.</summary>
    public static XElement Badge(RunState state) => new(
        "span",
        new XAttribute("class", $"badge {state.ToString().ToLowerInvariant()}"),
        state switch
        {
            RunState.Running => "running",
            RunState.Stopping => "stopping",
            _ => "ended",
        });

    /// <summary>How far a run is, such as "12 of 100".</summary>
    public static string Progress(RunRecord run)
    {
        int taken = run.Metrics is [.., { Step: int last }] ? last : 0;
        string steps = taken.ToString("#,0", CultureInfo.InvariantCulture);
        return ConfigurationDifferences.Read(run.ConfigText).TryGetValue("steps", out string? all)
            && int.TryParse(all, CultureInfo.InvariantCulture, out int whole)
                ? string.Create(CultureInfo.InvariantCulture, $"{steps} of {whole:#,0}")
                : steps;
    }
}
