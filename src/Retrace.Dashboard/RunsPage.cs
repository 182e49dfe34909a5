using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>All runs of the folder, and the curves of some of them together.</summary>
/// <param name="runs">The runs of the folder.</param>
/// <param name="chosen">The names of the runs whose curves are shown; none: the first dozen.</param>
internal sealed class RunsPage(WatchedRuns runs, IReadOnlyList<string> chosen)
{
    private const int MostCurves = 12;

    public XElement Page()
    {
        IReadOnlyList<RunSnapshot> all = All();
        HashSet<string> shown = [.. Shown(all).Select(run => run.Record.Name)];
        LivePart[] parts = [.. Parts()];
        return LivePage.Of(
            "Runs",
            "/events/runs" + QueryString(),
            parts[0].Element,
            Choice(all, shown),
            parts[1].Element,
            LivePage.Section("Differences of configuration", parts[2].Element));
    }

    /// <summary>The table of runs, the curves, and the settings that differ.</summary>
    public IReadOnlyList<LivePart> Parts()
    {
        IReadOnlyList<RunSnapshot> all = All();
        RunRecord[] shown = [.. Shown(all).Select(run => run.Record)];
        return
        [
            new LivePart("runs", [Table(all)]),
            new LivePart("curves", LivePage.Curves(shown)),
            new LivePart("differences", [.. ConfigurationDifferences.Table(shown)]),
        ];
    }

    private IReadOnlyList<RunSnapshot> All() => [.. runs.All.Select(run => run.Snapshot)];

    private IEnumerable<RunSnapshot> Shown(IReadOnlyList<RunSnapshot> all) => chosen.Count == 0
        ? all.Take(MostCurves)
        : all.Where(run => chosen.Contains(run.Record.Name));

    private string QueryString() => chosen.Count == 0
        ? ""
        : "?" + string.Join('&', chosen.Select(name => $"run={Uri.EscapeDataString(name)}"));

    private static XElement Table(IReadOnlyList<RunSnapshot> all) => all.Count == 0
        ? new XElement("p", "There is no run in this folder yet.")
        : new XElement(
            "div",
            new XAttribute("class", "table"),
            new XElement(
                "table",
                new XElement("thead", new XElement("tr", Headings.Select(heading => new XElement("th", heading)))),
                new XElement("tbody", all.Select(Row))));

    private static readonly string[] Headings = ["run", "state", "method", "seed", "steps", "guard", "last evaluation", "entropy"];

    private static XElement Row(RunSnapshot run)
    {
        RunRecord record = run.Record;
        StepMetrics? first = record.Metrics is [StepMetrics step, ..] ? step : null;
        object[] cells =
        [
            new XElement("a", new XAttribute("href", LivePage.AddressOf(record.Name)), record.Name),
            LivePage.Badge(run.State),
            first?.Method ?? "–",
            first?.Seed.ToString(CultureInfo.InvariantCulture) ?? "–",
            LivePage.Progress(record),
            (object?)RunHealth.Badge(record) ?? "–",
            Last(record, Metric.EvalAccuracy),
            Last(record, Metric.Entropy),
        ];
        return new XElement("tr", cells.Zip(Headings, (cell, heading) =>
            new XElement("td", new XAttribute("data-label", heading), new XElement("div", cell))));
    }

    private static string Last(RunRecord run, Metric metric) =>
        run.Metrics.Select(metric.Of).LastOrDefault(value => value is not null) is double value
            ? metric.Format(value)
            : "–";

    private static XElement? Choice(IReadOnlyList<RunSnapshot> all, HashSet<string> shown) => all.Count < 2
        ? null
        : new XElement(
            "details",
            new XAttribute("class", "choice"),
            new XElement("summary", "Which curves"),
            new XElement(
                "form",
                new XAttribute("action", "/"),
                all.Select(run => new XElement(
                    "label",
                    new XElement(
                        "input",
                        new XAttribute("type", "checkbox"),
                        new XAttribute("name", "run"),
                        new XAttribute("value", run.Record.Name),
                        shown.Contains(run.Record.Name) ? new XAttribute("checked", "") : null),
                    run.Record.Name)),
                new XElement("button", "Show")));
}
