using System.Xml.Linq;
using Retrace.Reporting.Plots;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>How right the answers of each frequency are, at the beginning and at the end of a run.</summary>
internal static class FrequencyFigures
{
    private const int Intervals = 5; // Of the frequency, equally wide; see StepMetrics.AccuracyByFrequency.
    private const int PartsOfARun = 5;

    // Marks lie between intervals, points in their middles.
    private static readonly AxisScale Frequency = AxisScale.Covering(0, 1, MetricUnit.Share);

    /// <summary>One figure for each run that has such accuracies.</summary>
    public static IEnumerable<XElement> Draw(ReportedRuns runs) => runs.Runs.Select(Draw).OfType<XElement>();

    private static XElement? Draw(ReportedRun run)
    {
        StepMetrics[] steps = [.. run.Steps];
        int part = Math.Max(1, steps.Length / PartsOfARun);
        Part first = Part.Of(steps.Take(part));
        Part last = Part.Of(steps.TakeLast(part));
        if (!first.IsMeasured && !last.IsMeasured)
        {
            return null;
        }
        PlotFrame frame = new(Frequency, Frequency);
        XElement[] shapes =
        [
            new("g", new XAttribute("class", $"c{run.Colour} early"), first.Draw(frame)),
            new("g", new XAttribute("class", $"c{run.Colour} late"), last.Draw(frame)),
        ];
        LegendEntry[] legend =
        [
            new($"c{run.Colour} early", "line", "first fifth,", first.Steps),
            new($"c{run.Colour} late", "line", "last fifth,", last.Steps),
        ];
        string description = $"Accuracy of the answers of each frequency in {run.Name}: {first}; {last}.";
        return Figure.Of(
            run.Name,
            "Accuracy of the answers whose share of their group lies in each fifth.",
            legend,
            frame.Draw(description, "an answer's share of its group", shapes));
    }

    /// <summary>A part of a run with the mean accuracy in each interval.</summary>
    private sealed record Part(string Steps, IReadOnlyList<double?> Accuracies)
    {
        public bool IsMeasured => Accuracies.Any(accuracy => accuracy is not null);

        public static Part Of(IEnumerable<StepMetrics> steps)
        {
            StepMetrics[] taken = [.. steps];
            string name = taken switch
            {
                [] => "",
                [StepMetrics only] => $"step {only.Step}",
                [StepMetrics from, .., StepMetrics to] => $"steps {from.Step}–{to.Step}",
            };
            return new Part(name, [.. Enumerable.Range(0, Intervals).Select(interval => taken
                .Select(step => step.AccuracyByFrequency?.ElementAtOrDefault(interval))
                .Average())]);
        }

        public IEnumerable<XElement> Draw(PlotFrame frame)
        {
            PlotPoint[] points =
            [
                .. Accuracies.Select((accuracy, interval) => new PlotPoint((interval + 0.5) / Intervals, accuracy)),
            ];
            return points
                .Where(point => point.Y is not null)
                .Select(point => frame.Dot(
                    point.X, point.Y!.Value, $"{Steps}: {Metric.TrainAccuracy.Format(point.Y.Value)}"))
                .Prepend(frame.Line("line", points.Where(point => point.Y is not null)));
        }

        public override string ToString() => $"{Steps}: " + string.Join(", ", Accuracies.Select(accuracy =>
            accuracy is double value ? Metric.TrainAccuracy.Format(value) : "none"));
    }
}
