using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>One figure for each metric that has values, over the steps.</summary>
internal sealed class StepFigures
{
    private static readonly IReadOnlyList<(Metric Metric, string Title, string Explanation)> Plotted =
    [
        (Metric.TrainAccuracy, "Accuracy of samples", "Share of sampled answers that are right."),
        (Metric.PseudoLabelAccuracy, "Accuracy of the majority",
            "Share of problems whose most frequent answer is right."),
        (Metric.Entropy, "Entropy", "Mean over the tokens of responses. A fall towards zero is collapse."),
        (Metric.HighConfidenceShare, "High confidence",
            "Share of problems whose most frequent answer has a share of at least 80 %."),
        (Metric.MajorityShare, "Majority share", "Share of a problem's most frequent answer, averaged."),
        (Metric.DistinctAnswers, "Distinct answers", "Different answers to a problem, averaged."),
        (Metric.RewardMean, "Reward", "Mean over the responses of a step."),
        (Metric.NoSpreadShare, "Problems that teach nothing",
            "Share of problems whose rewards are all equal: the same answer everywhere, none found, or all cut off."),
        (Metric.Kl, "KL divergence", "Estimated divergence from the starting model, in nats a token."),
        (Metric.Survival, "Survival", "How often a continuation comes back to the answer that it was cut from."),
        (Metric.PerturbedAgreement, "Agreement on perturbed images",
            "Share of a fixed set of problems answered alike from clean and from perturbed images."),
        (Metric.SurvivalRight, "Survival of right answers", "How often a continuation comes back to a right answer."),
        (Metric.SurvivalWrong, "Survival of wrong answers", "How often a continuation comes back to a wrong answer."),
        (Metric.SurvivalGap, "Survival gap",
            "Right minus wrong: above zero, retracing tells right answers from wrong ones."),
        (Metric.ResponseTokensMean, "Response length", "Mean tokens of a response."),
        (Metric.CutOffShare, "Cut off", "Share of responses that reached the longest length without an end."),
        (Metric.Repetition, "Repetition", "Share of a response's 4-grams of tokens that occurred before in it."),
        (Metric.AnswerRate, "Answers", "Share of responses that an answer could be extracted from."),
        (Metric.FormatRate, "Asked form", "Share of responses that have the asked form."),
        (Metric.GradNorm, "Gradient norm", "Before clipping."),
        (Metric.StepSeconds, "Time a step", "In seconds."),
    ];

    private const int MostMarks = 60; // Of a run's evaluations.

    private readonly ReportedRuns _runs;
    private readonly AxisScale _steps;

    public StepFigures(ReportedRuns runs)
    {
        _runs = runs;
        _steps = AxisScale.OfSteps(runs.FirstStep, runs.LastStep);
        HalfWidth = Smoothing.HalfWidth(runs.LastStep);
    }

    /// <summary>How far the smoothing reaches to either side, in steps.</summary>
    public int HalfWidth { get; }

    /// <summary>All figures, evaluations first. A metric without a value in any run has no figure.</summary>
    public IEnumerable<Figure> Draw()
    {
        Figure?[] figures =
        [
            DrawEvaluations(),
            .. Plotted.Select(plot => DrawMetric(plot.Metric, plot.Title, plot.Explanation)),
        ];
        return figures.OfType<Figure>();
    }

    /// <summary>A metric's smoothed values in a run, with gaps; empty where there are none.</summary>
    public IReadOnlyList<PlotPoint> Smoothed(ReportedRun run, Metric metric) =>
        Smoothing.Smooth(Measured(run, metric), HalfWidth);

    private static IReadOnlyList<PlotPoint> Measured(ReportedRun run, Metric metric)
    {
        PlotPoint[] points = [.. run.Steps.Select(step => new PlotPoint(step.Step, metric.Of(step)))];
        return points.Any(point => point.Y is not null) ? points : [];
    }

    private Figure? DrawMetric(Metric metric, string title, string explanation)
    {
        List<Curve> curves = [];
        List<IReadOnlyList<PlotPoint>> rawLines = [];
        foreach (ReportedRun run in _runs.Runs)
        {
            IReadOnlyList<PlotPoint> measured = Measured(run, metric);
            if (measured.Count > 0)
            {
                curves.Add(new Curve(run, Smoothing.Smooth(measured, HalfWidth)));
                // Many seeds' raw lines over one another would hide the mean.
                rawLines.Add(HalfWidth > 0 && !run.IsOneOfSeeds ? measured : []);
            }
        }
        if (curves.Count == 0)
        {
            return null;
        }
        List<SeedMean> means = SeedMeans(curves);
        PlotFrame frame = new(_steps, Covering(
            metric, Values(curves.Select(curve => curve.Points).Concat(rawLines)), means));
        return Compose(
            metric,
            title,
            explanation,
            curves,
            means,
            frame,
            [
                .. means.Select(mean => mean.DrawBand(frame)),
                .. curves.Zip(rawLines, (curve, raw) => InLook(curve.Run.Look, frame.Line("raw", raw))),
                .. curves.Select(curve => InLook(curve.Run.Look, frame.Line(StrokeOf(curve.Run), curve.Points))),
                .. means.Select(mean => mean.DrawLine(frame)),
            ],
            [
                .. curves.SelectMany(curve => ValuesOf(curve.Run, "measured", Measured(curve.Run, metric))),
                .. HalfWidth == 0
                    ? []
                    : curves.SelectMany(curve => ValuesOf(curve.Run, "smoothed", curve.Points)),
            ]);
    }

    private Figure? DrawEvaluations()
    {
        (ReportedRun Run, IReadOnlyList<Evaluation> Points)[] evaluations =
        [
            .. _runs.Runs
                .Select(run => (run, Evaluation.AllOf(run.Run)))
                .Where(run => run.Item2.Count > 0),
        ];
        if (evaluations.Length == 0)
        {
            return null;
        }
        List<Curve> curves =
        [
            .. evaluations.Select(run => new Curve(
                run.Run, [.. run.Points.Select(point => new PlotPoint(point.Step, point.Accuracy))])),
        ];
        List<SeedMean> means = SeedMeans(curves);
        IEnumerable<double> bounds = evaluations
            .Where(run => !run.Run.IsOneOfSeeds)
            .SelectMany(run => run.Points)
            .SelectMany(Bounds);
        PlotFrame frame = new(_steps, Covering(
            Metric.EvalAccuracy, [.. Values(curves.Select(curve => curve.Points)), .. bounds], means));
        return Compose(
            Metric.EvalAccuracy,
            "Evaluation accuracy",
            curves.Any(curve => !curve.Run.IsOneOfSeeds)
                ? "Share of right answers on the evaluation set; bars are 95 % Wilson intervals."
                : "Share of right answers on the evaluation set.",
            curves,
            means,
            frame,
            [
                .. means.Select(mean => mean.DrawBand(frame)),
                .. curves.Select(curve => InLook(curve.Run.Look, frame.Line(StrokeOf(curve.Run), curve.Points))),
                .. evaluations.Select(run => InLook(run.Run.Look, [.. Marked(run.Points).SelectMany(point =>
                    Mark(frame, run.Run, point))])),
                .. means.Select(mean => mean.DrawLine(frame)),
            ],
            [
                .. evaluations.SelectMany(run => run.Points, (run, point) => new PlottedValue(
                    run.Run.Name,
                    "measured",
                    point.Step,
                    point.Accuracy,
                    point.Interval?.Lower,
                    point.Interval?.Upper)),
            ]);
    }

    // Where there are too many to be told apart, some of them, with the last.
    private static IEnumerable<Evaluation> Marked(IReadOnlyList<Evaluation> evaluations)
    {
        int stride = (evaluations.Count + MostMarks - 1) / MostMarks;
        return evaluations.Where((_, i) => (evaluations.Count - 1 - i) % stride == 0);
    }

    private static IEnumerable<PlottedValue> ValuesOf(
        ReportedRun run, string kind, IReadOnlyList<PlotPoint> points) =>
        points.Select(point => new PlottedValue(run.Name, kind, point.X, point.Y));

    private static IEnumerable<double> Bounds(Evaluation evaluation) =>
        evaluation.Interval is { } interval ? [interval.Lower, interval.Upper] : [];

    private static IEnumerable<XElement> Mark(PlotFrame frame, ReportedRun run, Evaluation evaluation)
    {
        if (evaluation.Interval is { } interval && !run.IsOneOfSeeds)
        {
            yield return frame.Interval(evaluation.Step, interval.Lower, interval.Upper);
        }
        yield return frame.Dot(
            evaluation.Step, evaluation.Accuracy, $"{run.Name}, step {evaluation.Step}: {evaluation}");
    }

    private static Figure Compose(
        Metric metric,
        string title,
        string explanation,
        List<Curve> curves,
        List<SeedMean> means,
        PlotFrame frame,
        IEnumerable<XElement> shapes,
        IEnumerable<PlottedValue> values)
    {
        LegendEntry[] legend =
        [
            .. means.Select(mean => new LegendEntry(
                mean.Group.Look,
                "mean",
                mean.Group.Name,
                LastOf(mean.Points) is double value ? metric.Format(value) : "")),
            // What is in a mean is not named again: the table of runs shows its look.
            .. curves.Where(curve => !means.Any(mean => mean.Group.Runs.Contains(curve.Run)))
                .Select(curve => new LegendEntry(
                    curve.Run.Look, StrokeOf(curve.Run), curve.Run.Name, metric.Format(LastOf(curve.Points)!.Value))),
        ];
        string description = $"{title} over steps. " + string.Join("; ", curves.Select(curve =>
            $"{curve.Run.Name}: from {metric.Format(FirstOf(curve.Points)!.Value)}"
            + $" to {metric.Format(LastOf(curve.Points)!.Value)}"));
        return new Figure(
            metric.Key.Replace('_', '-'),
            title,
            explanation,
            legend,
            frame.Draw(description, "step", shapes),
            [.. values, .. means.SelectMany(mean => mean.Values)]);
    }

    private List<SeedMean> SeedMeans(List<Curve> curves) =>
    [
        .. from seeds in _runs.Groups
           let ofSeeds = curves.Where(curve => seeds.Runs.Contains(curve.Run)).Select(curve => curve.Points).ToArray()
           where ofSeeds.Length == seeds.Runs.Count
           select new SeedMean(seeds, SeedSpread.Over(ofSeeds)),
    ];

    // Values and bands, but no share beyond 1 that is only a band's.
    private static AxisScale Covering(Metric metric, double[] values, List<SeedMean> means)
    {
        double lowest = values.Min();
        double highest = values.Max();
        double limit = metric.Unit == MetricUnit.Share ? Math.Max(1, highest) : double.MaxValue;
        double floor = lowest >= 0 ? 0 : double.MinValue;
        double[] extremes = [.. means.SelectMany(mean => mean.Extremes)];
        return AxisScale.Covering(
            Math.Max(floor, extremes.Append(lowest).Min()),
            Math.Min(limit, extremes.Append(highest).Max()),
            metric.Unit);
    }

    private static double[] Values(IEnumerable<IReadOnlyList<PlotPoint>> curves) =>
        [.. curves.SelectMany(curve => curve).Select(point => point.Y).OfType<double>()];

    private static double? FirstOf(IEnumerable<PlotPoint> points) =>
        points.FirstOrDefault(point => point.Y is not null).Y;

    private static double? LastOf(IEnumerable<PlotPoint> points) =>
        points.LastOrDefault(point => point.Y is not null).Y;

    private static string StrokeOf(ReportedRun run) => run.IsOneOfSeeds ? "thin" : "line";

    private static XElement InLook(string look, params XElement[] shapes) =>
        new("g", new XAttribute("class", look), shapes);

    private sealed record Curve(ReportedRun Run, IReadOnlyList<PlotPoint> Points);

    private sealed record SeedMean(SeedGroup Group, IReadOnlyList<SeedSpread> Spreads)
    {
        public IEnumerable<PlotPoint> Points => Spreads.Select(spread => new PlotPoint(spread.X, spread.Mean));

        public IEnumerable<double> Extremes => Spreads
            .Where(spread => spread.Mean is not null)
            .SelectMany(
                spread => new[] { -spread.Deviation, spread.Deviation },
                (spread, shift) => spread.Mean!.Value + shift);

        public IEnumerable<PlottedValue> Values => Spreads.Select(spread => new PlottedValue(
            Group.Name,
            "mean",
            spread.X,
            spread.Mean,
            spread.Mean - spread.Deviation,
            spread.Mean + spread.Deviation));

        public XElement DrawBand(PlotFrame frame) => InLook(Group.Look, frame.Band(Spreads));

        public XElement DrawLine(PlotFrame frame) => InLook(Group.Look, frame.Line("mean", Points));
    }
}
