using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Html;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>One run: its state, curves, trajectories, log and configuration.</summary>
internal sealed class RunPage(RunFollower run)
{
    private static readonly (string Address, string Text)[] Links =
    [
        ("/", "All runs"), ("#curves", "Curves"), ("#browser", "Trajectories"), ("#log", "Log"),
        ("#configuration", "Configuration"),
    ];

    private readonly string _name = run.Snapshot.Record.Name;

    /// <param name="trajectory">The index of the trajectory that is shown at first; null: the newest.</param>
    public XElement Page(int? trajectory)
    {
        RunSnapshot now = run.Snapshot;
        Dictionary<string, LivePart> parts = Parts().ToDictionary(part => part.Id);
        return LivePage.Of(
            $"Run {_name}",
            $"/events/run?name={Uri.EscapeDataString(_name)}",
            new XElement("nav", Links.Select(link =>
                new XElement("a", new XAttribute("href", link.Address), link.Text))),
            parts["state"].Element,
            StopForm(now.State),
            parts["curves"].Element,
            LivePage.Section("Trajectories", Browser(now, trajectory, parts["trajectory-count"])),
            LivePage.Section("Log", parts["log"].Element),
            LivePage.Section(
                "Configuration",
                new XElement(
                    "details",
                    new XAttribute("id", "configuration"),
                    new XElement("summary", "As resolved when the run began"),
                    new XElement("div", new XAttribute("class", "text code"), now.Record.ConfigText))));
    }

    public IReadOnlyList<LivePart> Parts()
    {
        RunSnapshot now = run.Snapshot;
        return
        [
            new LivePart("state", [State(now), .. RunHealth.Of(now.Record)]),
            new LivePart("curves", LivePage.Curves([now.Record])),
            new LivePart("trajectory-count", [new XElement(
                "span",
                new XAttribute("data-count", now.Trajectories.Count),
                $"{now.Trajectories.Count.ToString("#,0", CultureInfo.InvariantCulture)} kept")]),
            new LivePart("log", [Log(now.Log)]),
        ];
    }

    /// <summary>A trajectory with its summary; a sentence where there is none.</summary>
    public IReadOnlyList<XElement> Trajectory(int index)
    {
        IReadOnlyList<TrajectoryPlace> places = run.Snapshot.Trajectories;
        if (index < 0 || index >= places.Count || run.Read(places[index]) is not TrajectorySample sample)
        {
            return [new XElement("p", "This trajectory is not there, or not any more.")];
        }
        return [new XElement("h3", TrajectoryView.Summary(sample)), TrajectoryView.Of(sample)];
    }

    private static XElement State(RunSnapshot now) => new(
        "p",
        new XAttribute("data-state", now.State.ToString().ToLowerInvariant()),
        LivePage.Badge(now.State),
        $" step {LivePage.Progress(now.Record)}",
        now.State == RunState.Stopping ? "; it saves a checkpoint of its last whole step, and --resume goes on" : null,
        now.UnreadableLines > 0
            ? string.Create(
                CultureInfo.InvariantCulture, $"; {now.UnreadableLines:#,0} lines of its files cannot be read")
            : null);

    private XElement StopForm(RunState state) => new(
        "form",
        new XAttribute("id", "stop"),
        new XAttribute("method", "post"),
        new XAttribute("action", "/stop"),
        state == RunState.Running ? null : new XAttribute("hidden", ""),
        Input("hidden", "name", _name),
        new XElement(
            "label",
            "Token, as the terminal of retrace serve shows it",
            new XElement(
                "input",
                new XAttribute("name", "token"),
                new XAttribute("type", "password"),
                new XAttribute("autocomplete", "off"),
                new XAttribute("required", ""))),
        new XElement("button", "Stop with a checkpoint"));

    private XElement Browser(RunSnapshot now, int? trajectory, LivePart count)
    {
        int last = Math.Max(0, now.Trajectories.Count - 1);
        int index = Math.Clamp(trajectory ?? last, 0, last);
        return new XElement(
            "div",
            new XAttribute("id", "browser"),
            new XAttribute("data-run", _name),
            new XElement(
                "div",
                new XAttribute("class", "controls"),
                Button("first", "First"),
                Button("previous", "Previous"),
                new XElement(
                    "input",
                    new XAttribute("type", "range"),
                    new XAttribute("id", "trajectory"),
                    new XAttribute("aria-label", "Which trajectory"),
                    new XAttribute("min", 0),
                    new XAttribute("max", last),
                    new XAttribute("value", index)),
                Button("next", "Next"),
                Button("last", "Last"),
                new XElement(
                    "label",
                    new XElement(
                        "input",
                        new XAttribute("type", "checkbox"),
                        new XAttribute("id", "newest"),
                        trajectory is null ? new XAttribute("checked", "") : null),
                    "follow the newest"),
                count.Element),
            new XElement("div", new XAttribute("id", "shown-trajectory"), Trajectory(index)));
    }

    private static XElement Log(IReadOnlyList<string> lines) => lines.Count == 0
        ? new XElement("p", new XAttribute("class", "note"), "This run has written no log.")
        : new XElement(
            "div",
            new XAttribute("class", "text code log"),
            new XAttribute("tabindex", 0),
            new XAttribute("role", "log"),
            string.Join('\n', lines));

    private static XElement Button(string move, string label) =>
        new("button", new XAttribute("type", "button"), new XAttribute("data-move", move), label);

    private static XElement Input(string type, string name, string value) => new(
        "input", new XAttribute("type", type), new XAttribute("name", name), new XAttribute("value", value));
}
