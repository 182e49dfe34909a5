using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;
using static System.FormattableString;

namespace Retrace.Reporting.Html;

/// <summary>The tables with one row per run: results and costs.</summary>
internal static class Overview
{
    private const string Unknown = "–";

    private static readonly string[] ResultHeadings =
    [
        "run", "method", "seed", "steps", "evaluation (95 % interval)", "accuracy of samples", "survival gap",
        "high confidence", "entropy", "KL divergence",
    ];

    private static readonly string[] CostHeadings =
    [
        "run", "wall time", "a step", "rollout", "learning", "tokens generated", "tokens a second",
        "learned from a second", "peak memory",
    ];

    /// <summary>The table of results, one row per run.</summary>
    public static XElement Results(ReportedRuns runs, StepFigures figures) =>
        Table(ResultHeadings, runs.Runs.Select(IEnumerable<object> (run) =>
        [
            NameOf(run),
            run.Method ?? Unknown,
            run.Seed?.ToString(CultureInfo.InvariantCulture) ?? Unknown,
            run.Run.Metrics is [.., { Step: int last }] ? last.ToString(CultureInfo.InvariantCulture) : "0",
            Evaluations(Evaluation.AllOf(run.Run)),
            Change(Metric.TrainAccuracy, figures.Smoothed(run, Metric.TrainAccuracy)),
            Change(Metric.SurvivalGap, figures.Smoothed(run, Metric.SurvivalGap)),
            Change(Metric.HighConfidenceShare, figures.Smoothed(run, Metric.HighConfidenceShare)),
            Change(Metric.Entropy, figures.Smoothed(run, Metric.Entropy)),
            Change(Metric.Kl, figures.Smoothed(run, Metric.Kl)),
        ]));

    /// <summary>The table of costs: time, tokens and memory of each run.</summary>
    public static XElement Costs(ReportedRuns runs) =>
        Table(CostHeadings, runs.Runs.Select(IEnumerable<object> (run) =>
        [
            NameOf(run),
            Whole(Time(run)),
            Whole(Mean(run, Metric.StepSeconds)),
            Whole(Mean(run, Metric.RolloutSeconds)),
            Whole(Mean(run, Metric.LearnSeconds)),
            Tokens(run),
            Mean(run, Metric.TokensPerSecond),
            Mean(run, Metric.LearnedTokensPerSecond),
            Whole(PeakMemory(run)),
        ]));

    private static XElement Table(string[] headings, IEnumerable<IEnumerable<object>> rows) => new(
        "table",
        new XElement("thead", new XElement("tr", headings.Select(heading => new XElement("th", heading)))),
        new XElement("tbody", rows.Select(cells => new XElement("tr", cells.Zip(headings, (cell, heading) =>
            new XElement("td", new XAttribute("data-label", heading), new XElement("div", cell)))))));

    private static object[] NameOf(ReportedRun run) =>
        [Figure.Swatch(run.Look, "line"), new XElement("strong", run.Name)];

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
        double[] tokens =
        [
            .. run.Steps.Where(step => step.MaternalTokens is not null)
                .Select(step => (double)step.MaternalTokens!.Value + (step.RetracedTokens ?? 0)),
        ];
        return tokens.Length == 0 ? Unknown : tokens.Sum().ToString("#,0", CultureInfo.InvariantCulture);
    }

    private static string Mean(ReportedRun run, Metric metric)
    {
        double[] values = [.. run.Steps.Select(metric.Of).OfType<double>()];
        return values.Length == 0 ? Unknown : metric.Format(values.Average());
    }

    private static string PeakMemory(ReportedRun run)
    {
        double[] bytes = [.. run.Steps.Select(Metric.PeakMemoryBytes.Of).OfType<double>()];
        return bytes.Length == 0 ? Unknown : Metric.PeakMemoryBytes.Format(bytes.Max());
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
