using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Reporting.Pictures;
using Retrace.Runs;

namespace Retrace.Reporting;

/// <summary>The page that shows one or several runs, finished or still going.</summary>
/// <remarks>
/// It follows the reader's light or dark mode, and is a function of the runs alone: the same runs give the same bytes.
/// </remarks>
public static class Report
{
    private const int StepsWithTrajectories = 24;

    /// <summary>Writes the page, replacing an earlier one once it is complete.</summary>
    /// <param name="runs">At least one; they are shown in this order.</param>
    /// <param name="path">The HTML file; its folder is created if it does not exist.</param>
    /// <param name="opening">What the page opens with, of the same runs; null: their results.</param>
    /// <exception cref="BadInputException">
    /// The file cannot be written, or a line of a run's trajectories is no record.
    /// </exception>
    public static void Write(IReadOnlyList<RunRecord> runs, string path, AccuracyByKind? opening = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        HtmlPage.Write(Page(runs, opening), path);
    }

    /// <summary>Writes every figure of the page as PNG, SVG and CSV, the last with all values, not thinned.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void WriteFigures(IReadOnlyList<RunRecord> runs, string directory)
    {
        WriteFigures(runs, directory, FigureChoice.All);
    }

    /// <summary>The same with some of the figures.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="choice">The figures to write.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void WriteFigures(IReadOnlyList<RunRecord> runs, string directory, FigureChoice choice)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        ReportedRuns reported = ReportedRuns.Of(runs);
        IEnumerable<Figure> figures =
        [
            .. new StepFigures(reported).Draw(),
            .. FifthFigures.Accuracy.Draw(reported),
            .. FifthFigures.TopShare.Draw(reported),
            .. CostFigures.Draw(reported),
            .. AnswerMaps.Draw(reported, choice.AnswerSteps),
        ];
        FigureFiles.Write(figures.Where(figure => choice.Includes(figure.Name)), directory);
    }

    internal static XElement Page(IReadOnlyList<RunRecord> runs, AccuracyByKind? opening = null)
    {
        ReportedRuns reported = ReportedRuns.Of(runs);
        string title = runs.Count == 1 ? $"Run {runs[0].Name}" : $"{runs.Count} runs";
        return HtmlPage.Of(
            title,
            HtmlPage.Contents(
            [
                opening is null
                    ? null
                    : HtmlPage.Section(
                        "What was learned",
                        "Where nothing tempts, the most frequent answer tends to be right; elsewhere a habit of the model makes"
                        + " a wrong answer the most frequent one.",
                        [KindFigure.Draw(opening, reported).ForPage()],
                        "figures"),
                .. Results(reported),
                .. Curves(reported),
                HtmlPage.Section(
                    "Answers of both rounds",
                    "Each dot is an answer to a problem: its share of the maternal round, and of the continuations. Above"
                    + " the diagonal it survives retracing better than it came. First, middle and last step.",
                    AnswerMaps.Draw(reported, steps: []).Select(figure => figure.ForPage()),
                    "figures"),
                HtmlPage.Section(
                    "Trajectories",
                    "Samples from the beginning to the end. What follows the anchor is thought through again, with the"
                    + " perturbed image.",
                    reported.Runs.Select(run => TrajectoryList.Of(run, StepsOf(reported))).OfType<XElement>(),
                    "runs"),
                HtmlPage.Section(
                    "Configurations",
                    "As resolved when the run began.",
                    reported.Runs.Where(run => run.Run.ConfigText.Length > 0).Select(Configuration),
                    "runs"),
            ]));
    }

    /// <summary>The sections with the tables of all runs.</summary>
    internal static IEnumerable<XElement?> Results(ReportedRuns reported) =>
    [
        HtmlPage.Section(
            "Results",
            "Evaluation accuracy: first → last evaluation. The others: first → last value of the curves below.",
            [Overview.Results(reported, new StepFigures(reported))],
            "table"),
        HtmlPage.Section(
            "Time and memory",
            "Wall time is the sum of the steps' times, without evaluations; a step, rollout and learning are means. Peak"
            + " memory is the process's, without that of a GPU.",
            [Overview.Costs(reported)],
            "table"),
    ];

    /// <summary>The figures over the steps and by frequency.</summary>
    internal static IEnumerable<XElement?> Curves(ReportedRuns reported)
    {
        StepFigures figures = new(reported);
        return
        [
            HtmlPage.Section(
                "Over the steps",
                CurveNote(reported, figures.HalfWidth),
                figures.Draw().Select(figure => figure.ForPage()),
                "figures"),
            HtmlPage.Section(
                "Accuracy by answer frequency",
                "Are frequent answers right? Means over all steps, where several are compared, and over the first and"
                + " the last fifth of the steps.",
                FifthFigures.Accuracy.Draw(reported).Select(figure => figure.ForPage()),
                "figures"),
            HtmlPage.Section(
                "Share of the top answer",
                "How many problems have a top answer of which share. A model that settles moves to the right, with the answers"
                + " right or wrong.",
                FifthFigures.TopShare.Draw(reported).Select(figure => figure.ForPage()),
                "figures"),
            HtmlPage.Section(
                "What a step costs",
                "Other threads perturb images beside sampling, and prepare the next batch beside learning: of that only what a"
                + " step waited for counts. Evaluations, checkpoints and handing weights to servers lie between steps.",
                CostFigures.Draw(reported).Select(figure => figure.ForPage()),
                "figures"),
        ];
    }

    // As many trajectories as a page can hold, images and all, shared out among its runs.
    private static int StepsOf(ReportedRuns reported) => Math.Clamp(StepsWithTrajectories / reported.Runs.Count, 3, 8);

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
