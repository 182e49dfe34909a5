using System.Xml.Linq;
using Retrace.Reporting.Html;
using Retrace.Runs;

namespace Retrace.Reporting;

/// <summary>The page that shows one or several runs, finished or still going.</summary>
/// <remarks>
/// It follows the reader's light or dark mode, and is a function of the runs alone: the same runs give the same bytes.
/// </remarks>
public static class Report
{
    /// <summary>Writes the page, replacing an earlier one once it is complete.</summary>
    /// <param name="runs">At least one; they are shown in this order.</param>
    /// <param name="path">The HTML file; its folder is created where it is missing.</param>
    /// <exception cref="BadInputException">
    /// The file cannot be written, or a line of a run's trajectories is no record.
    /// </exception>
    public static void Write(IReadOnlyList<RunRecord> runs, string path)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        HtmlPage.Write(Page(runs), path);
    }

    internal static XElement Page(IReadOnlyList<RunRecord> runs)
    {
        ReportedRuns reported = ReportedRuns.Of(runs);
        StepFigures figures = new(reported);
        string title = runs.Count == 1 ? $"Run {runs[0].Name}" : $"{runs.Count} runs";
        return HtmlPage.Of(
            title,
            Overview.Table(reported, figures),
            HtmlPage.Note("Evaluation accuracy: first → last evaluation. High confidence and entropy: first → last"
                + " value of the curves below. Wall time: the sum of the steps' times."),
            HtmlPage.Section(
                "Over the steps", CurveNote(reported, figures.HalfWidth), figures.Draw(), "figures"),
            HtmlPage.Section(
                "Accuracy by answer frequency",
                "Are frequent answers right? Means over all steps, where several are compared, and over the first and"
                + " the last fifth of the steps.",
                FrequencyFigures.Draw(reported),
                "figures"),
            HtmlPage.Section(
                "Answers of both rounds",
                "Each dot is an answer to a problem: its share of the maternal round, and of the continuations. Above the"
                + " diagonal it survives retracing better than it came. First, middle and last step.",
                AnswerMaps.Draw(reported),
                "figures"),
            HtmlPage.Section(
                "Trajectories",
                "Samples from the first, the middle and the last step. What follows the anchor is thought through"
                + " again.",
                reported.Runs.Select(TrajectoryList.Of).OfType<XElement>(),
                "runs"),
            HtmlPage.Section(
                "Configurations",
                "As resolved when the run began.",
                reported.Runs.Where(run => run.Run.ConfigText.Length > 0).Select(Configuration),
                "runs"));
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
}
