using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>The accuracy of answers by their frequency: over a run, at its beginning and at its end.</summary>
internal static class FrequencyFigures
{
    private const int Intervals = 5; // Of the frequency, equally wide; see StepMetrics.AccuracyByFrequency.
    private const int PartsOfARun = 5;
    private const string Heading = "Accuracy by answer frequency";
    private const string XLabel = "an answer's share of its group";
    private const string Explanation = "Accuracy of the answers whose share of their group lies in each fifth.";

    // Marks lie between intervals, points in their middles.
    private static readonly AxisScale Frequency = AxisScale.Covering(0, 1, MetricUnit.Share);

    /// <summary>
    /// A figure of all that have such accuracies, where they are several, and one for each. Runs that differ in their
    /// seeds alone are taken together.
    /// </summary>
    public static IEnumerable<Figure> Draw(ReportedRuns runs)
    {
        Subject[] subjects = [.. Subject.AllOf(runs).Where(subject => subject.Whole.IsMeasured)];
        return subjects.Length > 1
            ? subjects.Select(DrawParts).Prepend(DrawTogether(subjects))
            : subjects.Select(DrawParts);
    }

    private static Figure DrawTogether(Subject[] subjects)
    {
        PlotFrame frame = new(Frequency, Frequency);
        return new Figure(
            "accuracy-by-frequency",
            "All",
            Explanation,
            [.. subjects.Select(subject => new LegendEntry(subject.Look, "line", subject.Name, subject.Whole.Steps))],
            frame.Draw(
                "Accuracy of the answers of each frequency. "
                + string.Join("; ", subjects.Select(subject => $"{subject.Name}: {subject.Whole}")),
                XLabel,
                subjects.Select(subject => new XElement(
                    "g", new XAttribute("class", subject.Look), subject.Whole.Draw(frame)))),
            [.. subjects.SelectMany(subject => subject.Whole.Values(subject.Name))])
        {
            TitleAlone = Heading,
        };
    }

    private static Figure DrawParts(Subject subject)
    {
        Part first = subject.First;
        Part last = subject.Last;
        PlotFrame frame = new(Frequency, Frequency);
        XElement[] shapes =
        [
            new("g", new XAttribute("class", $"c{subject.Colour} early"), first.Draw(frame)),
            new("g", new XAttribute("class", $"c{subject.Colour} late"), last.Draw(frame)),
        ];
        LegendEntry[] legend =
        [
            new($"c{subject.Colour} early", "line", "first fifth,", first.Steps),
            new($"c{subject.Colour} late", "line", "last fifth,", last.Steps),
        ];
        string description = $"Accuracy of the answers of each frequency in {subject.Name}: {first}; {last}.";
        return new Figure(
            $"accuracy-by-frequency-{FigureName.Of(subject.Name)}",
            subject.Name,
            Explanation,
            legend,
            frame.Draw(description, XLabel, shapes),
            [.. first.Values(subject.Name), .. last.Values(subject.Name)])
        {
            TitleAlone = $"{Heading}: {subject.Name}",
        };
    }

    /// <summary>A run, or several that differ in their seeds alone.</summary>
    private sealed record Subject(string Name, int Colour, string Look, IReadOnlyList<IReadOnlyList<StepMetrics>> Runs)
    {
        public Part Whole => Part.Of(Runs.SelectMany(steps => steps));

        public Part First => Part.Of(Runs.SelectMany(steps => steps.Take(Fifth(steps))));

        public Part Last => Part.Of(Runs.SelectMany(steps => steps.TakeLast(Fifth(steps))));

        /// <summary>All subjects in the order of the runs; a group stands where its first run does.</summary>
        public static IEnumerable<Subject> AllOf(ReportedRuns runs)
        {
            foreach (ReportedRun run in runs.Runs)
            {
                SeedGroup? group = runs.Groups.FirstOrDefault(seeds => seeds.Runs.Contains(run));
                if (group is null)
                {
                    yield return new Subject(run.Name, run.Colour, run.Look, [[.. run.Steps]]);
                }
                else if (group.Runs[0] == run)
                {
                    yield return new Subject(
                        group.Name, group.Colour, group.Look, [.. group.Runs.Select(seed => seed.Steps.ToArray())]);
                }
            }
        }

        private static int Fifth(IReadOnlyList<StepMetrics> steps) => Math.Max(1, steps.Count / PartsOfARun);
    }

    /// <summary>Steps with the mean accuracy in each interval.</summary>
    private sealed record Part(string Steps, IReadOnlyList<double?> Accuracies)
    {
        public bool IsMeasured => Accuracies.Any(accuracy => accuracy is not null);

        public static Part Of(IEnumerable<StepMetrics> steps)
        {
            StepMetrics[] taken = [.. steps];
            int[] numbers = [.. taken.Select(step => step.Step).Distinct().Order()];
            string name = numbers switch
            {
                [] => "",
                [int only] => $"step {only}",
                [int from, .., int to] => $"steps {from}–{to}",
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

        public IEnumerable<PlottedValue> Values(string line) => Accuracies.Select((accuracy, interval) =>
            new PlottedValue(line, Steps, (interval + 0.5) / Intervals, accuracy));

        public override string ToString() => $"{Steps}: " + string.Join(", ", Accuracies.Select(accuracy =>
            accuracy is double value ? Metric.TrainAccuracy.Format(value) : "none"));
    }
}
