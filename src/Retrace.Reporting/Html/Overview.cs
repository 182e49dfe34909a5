using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Plots;
using static System.FormattableString;

namespace Retrace.Reporting.Html;

/// <summary>The table with one row a run.</summary>
internal static class Overview
{
    private const string Unknown = "–";

    private static readonly string[] Headings =
    [
        "run", "method", "seed", "steps", "evaluation (95 % interval)", "high confidence", "entropy",
        "tokens generated", "wall time",
    ];

    public static XElement Table(ReportedRuns runs, StepFigures figures) => new(
        "table",
        new XElement("thead", new XElement("tr", Headings.Select(heading => new XElement("th", heading)))),
        new XElement("tbody", runs.Runs.Select(run => Row(run, figures))));

    private static XElement Row(ReportedRun run, StepFigures figures)
    {
        IEnumerable<object> cells =
        [
            new object[] { Figure.Swatch(run.Look, "line"), new XElement("strong", run.Name) },
            run.Method ?? Unknown,
            run.Seed?.ToString(CultureInfo.InvariantCulture) ?? Unknown,
            run.Run.Metrics is [.., { Step: int last }] ? last.ToString(CultureInfo.InvariantCulture) : "0",
            Evaluations(Evaluation.AllOf(run.Run)),
            Change(Metric.HighConfidenceShare, figures.Smoothed(run, Metric.HighConfidenceShare)),
            Change(Metric.Entropy, figures.Smoothed(run, Metric.Entropy)),
            Tokens(run),
            Whole(Time(run)),
        ];
        return new XElement("tr", cells.Zip(Headings, (cell, heading) =>
            new XElement("td", new XAttribute("data-label", heading), new XElement("div", cell))));
    }

    private static object[] Evaluations(IReadOnlyList<Evaluation> evaluations) => evaluations switch
    {
        [] => [Unknown],
        [Evaluation only] => [Whole(only.ToString()), " ", Whole($"at step {only.Step}")],
        [Evaluation first, .., Evaluation last] =>
        [
            Whole(first.ToString()),
            " ",
            new XElement("strong", Whole($"→ {last}")),
        ],
    };

    private static object[] Change(Metric metric, IReadOnlyList<PlotPoint> curve)
    {
        double[] values = [.. curve.Select(point => point.Y).OfType<double>()];
        return values switch
        {
            [] => [Unknown],
            [double only] => [Whole(metric.Format(only))],
            [double first, .., double last] =>
                [Whole(metric.Format(first)), " ", Whole($"→ {metric.Format(last)}")],
        };
    }

    // Text that is not broken at its spaces.
    private static XElement Whole(string text) => new("span", new XAttribute("class", "whole"), text);

    private static string Tokens(ReportedRun run)
    {
        long[] tokens = [.. run.Steps.Select(step => step.MaternalTokens + step.RetracedTokens ?? step.MaternalTokens)
            .OfType<long>()];
        return tokens.Length == 0 ? Unknown : tokens.Sum().ToString("#,0", CultureInfo.InvariantCulture);
    }

    private static string Time(ReportedRun run)
    {
        double[] seconds = [.. run.Steps.Select(Metric.StepSeconds.Of).OfType<double>()];
        return seconds.Length == 0 ? Unknown : Time(seconds.Sum());
    }

    private static string Time(double seconds)
    {
        double minutes = Math.Floor(seconds / 60);
        double hours = Math.Floor(minutes / 60);
        return seconds switch
        {
            < 60 => Invariant($"{seconds:0.#} s"),
            < 3600 => Invariant($"{minutes:0} min {Math.Floor(seconds - 60 * minutes):0} s"),
            _ => Invariant($"{hours:#,0} h {minutes - 60 * hours:0} min"),
        };
    }
}
