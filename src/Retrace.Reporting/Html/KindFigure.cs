using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>Bars of the accuracy before and after the runs, beside one another for each kind of problem.</summary>
internal static class KindFigure
{
    private const double GroupWidth = 0.8; // Of the distance between two kinds.
    private const string Start = "before";
    private const string StartLook = "start";

    public static Figure Draw(AccuracyByKind measured, ReportedRuns runs)
    {
        AxisScale kinds = new(
            0, measured.Kinds.Count, [.. measured.Kinds.Select((kind, i) => new Tick(i + 0.5, kind))]);
        PlotFrame frame = new(kinds, AxisScale.Covering(0, 1, MetricUnit.Share));
        Series[] series =
        [
            new Series(Start, StartLook, measured.Before),
            .. measured.After.Select(after => new Series(after.Run, LookOf(after.Run, runs), after.Accuracies)),
        ];
        double width = GroupWidth / series.Length;
        return new Figure(
            "accuracy-by-kind",
            "Right answers by what tempts to a wrong one",
            "The share of right answers to problems that no run has seen, before and after.",
            [.. series.Select(one => new LegendEntry(one.Look, "line", one.Name, ""))],
            frame.Draw(
                "Share of right answers by kind of problem. " + string.Join("; ", series.Select(one =>
                    $"{one.Name}: {string.Join(", ", measured.Kinds.Zip(one.Accuracies, (kind, share) => $"{kind} {Percent(share)}"))}")),
                "what tempts the model before it learns",
                series.SelectMany((one, place) => one.Accuracies.Select((share, kind) => new XElement(
                    "g",
                    new XAttribute("class", one.Look),
                    frame.Bar(
                        kind + ((1 - GroupWidth) / 2) + (place * width), width, share, $"{one.Name}: {Percent(share)}"))))),
            [.. series.SelectMany(one => one.Accuracies.Select((share, kind) =>
                new PlottedValue(one.Name, measured.Kinds[kind], kind + 0.5, share)))]);
    }

    // Seeds of one run share its colour; their dashes mean nothing to a bar.
    private static string LookOf(string run, ReportedRuns runs) =>
        $"c{runs.Runs.First(one => (one.Run.Variant ?? one.Name) == run).Colour}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private sealed record Series(string Name, string Look, IReadOnlyList<double> Accuracies);
}
