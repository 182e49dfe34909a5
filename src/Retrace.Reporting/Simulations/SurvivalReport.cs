using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Reporting.Plots;
using Retrace.Simulation;

namespace Retrace.Reporting.Simulations;

/// <summary>The tabular experiment over survival gaps as figures and numbers.</summary>
public static class SurvivalReport
{
    private const int Colours = 6; // Of the style sheet; further rules get its next dash.

    /// <summary>Writes survival.csv, survival.html and the page's figures as SVG.</summary>
    /// <param name="results">The results of a <see cref="SurvivalExperiment"/>.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(IReadOnlyList<SurvivalResult> results, string directory)
    {
        double[] gaps = [.. results.Select(result => result.Gap).Distinct()];
        string[] rules = [.. results.Select(result => result.Rule).Distinct()];
        AxisScale updates = AxisScale.OfSteps(0, results[0].Mean.Count - 1);
        AxisScale gapAxis = AxisScale.Covering(gaps.Min(), gaps.Max(), MetricUnit.Number);
        (string Name, LineFigure Figure)[] figures =
        [
            ("gaps", new LineFigure(
                "Right answer by survival gap",
                "Its probability after the last update, averaged over problems and seeds.",
                gapAxis,
                "survival gap",
                MetricUnit.Share,
                Lines(rule => results.Where(result => result.Rule == rule).OrderBy(result => result.Gap).Select(
                    result => new PlotPoint(result.Gap, result.Mean[^1].RightProbability))))),
            .. gaps.SelectMany(gap => new[]
            {
                (FormattableString.Invariant($"right-{gap:0.00}"), OverUpdates(
                    FormattableString.Invariant($"Right answer, gap {gap}"),
                    "Its probability, averaged over problems and seeds.",
                    MetricUnit.Share,
                    gap,
                    point => point.RightProbability)),
                (FormattableString.Invariant($"entropy-{gap:0.00}"), OverUpdates(
                    FormattableString.Invariant($"Entropy, gap {gap}"),
                    "In nats, averaged over problems and seeds.",
                    MetricUnit.Nats,
                    gap,
                    point => point.Entropy)),
            }),
        ];
        var page = HtmlPage.Of(
            "Learning by survival gap",
            HtmlPage.Section(
                "Tabular policies",
                "The survival gap is how much more often right answers survive retracing than wrong ones.",
                figures.Select(figure => figure.Figure.Draw(figure.Name).ForPage()),
                "figures"));
        SimulationFiles.Write(
            directory, "survival", "rule,gap,seed_index,update,right,entropy", results.SelectMany(Rows), page, figures);

        LineFigure OverUpdates(
            string title, string explanation, MetricUnit unit, double gap, Func<LearningPoint, double> value) => new(
            title,
            explanation,
            updates,
            "update",
            unit,
            Lines(rule => results.First(result => result.Rule == rule && result.Gap == gap).Mean
                .Select((point, update) => new PlotPoint(update, value(point)))));

        NamedLine[] Lines(Func<string, IEnumerable<PlotPoint>> points) =>
        [
            .. rules.Select((rule, i) => new NamedLine(rule, $"c{i % Colours} d{i / Colours}", [.. points(rule)])),
        ];
    }

    private static IEnumerable<IEnumerable<object>> Rows(SurvivalResult result) => result.Curves.SelectMany(
        (curve, seed) => curve.Select(
            IEnumerable<object> (point, update) =>
                [$"\"{result.Rule}\"", result.Gap, seed, update, point.RightProbability, point.Entropy]));
}
