using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Retrace.Reporting.Html;
using Retrace.Runs;

namespace Retrace.Reporting;

/// <summary>The page that shows one or several runs, finished or still going.</summary>
/// <remarks>
/// One file without scripts that loads nothing from elsewhere. It follows the reader's light or dark mode, and is a
/// function of the runs alone: the same runs give the same bytes.
/// </remarks>
public static class Report
{
    // The last line of defence: whatever a run's texts hold, the browser runs no script and asks no server.
    private const string ContentPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    /// <summary>Writes the page, replacing an earlier one once it is complete.</summary>
    /// <param name="runs">At least one; they are shown in this order.</param>
    /// <param name="path">The HTML file; its folder is created where it is missing.</param>
    /// <exception cref="BadInputException">
    /// The file cannot be written, or a line of a run's trajectories is no record.
    /// </exception>
    public static void Write(IReadOnlyList<RunRecord> runs, string path)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true);
            HtmlText.Write(Page(runs), writer);
        });
    }

    internal static XElement Page(IReadOnlyList<RunRecord> runs)
    {
        ReportedRuns reported = ReportedRuns.Of(runs);
        StepFigures figures = new(reported);
        string title = runs.Count == 1 ? $"Run {runs[0].Name}" : $"{runs.Count} runs";
        return new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement(
                    "meta",
                    new XAttribute("http-equiv", "Content-Security-Policy"),
                    new XAttribute("content", ContentPolicy)),
                new XElement(
                    "meta",
                    new XAttribute("name", "viewport"),
                    new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", $"{title} – Retrace"),
                new XElement("style", StyleSheet())),
            new XElement(
                "body",
                new XElement("h1", title),
                Overview.Table(reported, figures),
                Note("Evaluation accuracy: first → last evaluation. High confidence and entropy: first → last value of"
                    + " the curves below. Wall time: the sum of the steps' times."),
                Section("Over the steps", CurveNote(reported, figures.HalfWidth), figures.Draw(), "figures"),
                Section(
                    "Accuracy by answer frequency",
                    "Are frequent answers right? Means over the first and the last fifth of the steps.",
                    FrequencyFigures.Draw(reported),
                    "figures"),
                Section(
                    "Trajectories",
                    "Samples from the first, the middle and the last step. What follows the anchor is thought through"
                    + " again.",
                    reported.Runs.Select(TrajectoryList.Of).OfType<XElement>(),
                    "runs"),
                Section(
                    "Configurations",
                    "As resolved when the run began.",
                    reported.Runs.Where(run => run.Run.ConfigText.Length > 0).Select(Configuration),
                    "runs")));
    }

    private static XElement? Section(string title, string note, IEnumerable<XElement> content, string style)
    {
        XElement[] shown = [.. content];
        return shown.Length == 0
            ? null
            : new XElement(
                "section",
                new XElement("h2", title),
                Note(note),
                new XElement("div", new XAttribute("class", style), shown));
    }

    private static string CurveNote(ReportedRuns runs, int halfWidth)
    {
        string smoothing = halfWidth == 0
            ? "Values as measured. The legends give the last ones."
            : $"Strong lines are smoothed by a centred moving average with triangular weights over ±{halfWidth} steps,"
                + " 5 % of the longest run; faint lines are the values as measured. The legends give the last smoothed"
                + " values.";
        return runs.Groups.Count == 0
            ? smoothing
            : smoothing + " Runs that differ in their seeds alone share a colour: the wide line is their mean, the"
                + " band one standard deviation to either side; their faint lines are left out.";
    }

    private static XElement Configuration(ReportedRun run) => new(
        "details",
        new XElement("summary", Figure.Swatch(run.Look, "line"), run.Name),
        new XElement("div", new XAttribute("class", "text code"), run.Run.ConfigText));

    private static XElement Note(string text) => new("p", new XAttribute("class", "note"), text);

    private static string StyleSheet()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Retrace.Reporting.Report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
