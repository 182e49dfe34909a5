using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>
/// What steps measure for each fifth of an answer's share of its group: over a run, at its beginning and at its end.
/// </summary>
internal sealed class FifthFigures
{
    private const int Intervals = 5; // Equally wide, of the share.
    private const int PartsOfARun = 5;

    private readonly string _name;
    private readonly string _heading;
    private readonly string _explanation;
    private readonly string _spoken; // What a reader hears before the numbers.
    private readonly string _xLabel;
    private readonly Func<StepMetrics, int, double?> _read; // Of a step, in the interval of that index.

    private FifthFigures(
        string name,
        string heading,
        string explanation,
        string spoken,
        string xLabel,
        Func<StepMetrics, int, double?> read)
    {
        _name = name;
        _heading = heading;
        _explanation = explanation;
        _spoken = spoken;
        _xLabel = xLabel;
        _read = read;
    }

    /// <summary>Whether frequent answers are right.</summary>
    public static FifthFigures Accuracy { get; } = new(
        "accuracy-by-frequency",
        "Accuracy by answer frequency",
        "Accuracy of the answers whose share of their group lies in each fifth.",
        "Accuracy of the answers of each frequency",
        "an answer's share of its group",
        (step, interval) => step.AccuracyByFrequency?.ElementAtOrDefault(interval));

    /// <summary>How sure the model is of the problems.</summary>
    public static FifthFigures TopShare { get; } = new(
        "top-answer-share",
        "Share of the top answer",
        "Share of the problems whose most frequent answer has a share of its group in each fifth.",
        "Share of the problems by that of their top answer",
        "the most frequent answer's share of its group",
        (step, interval) => step.TopShareHistogram is { } histogram && interval < histogram.Count
            ? histogram[interval]
            : null);

    // Marks lie between intervals, points in their middles.
    private static readonly AxisScale Frequency = AxisScale.Covering(0, 1, MetricUnit.Share);

    /// <summary>
    /// A figure of all runs that have such numbers, where they are several, and one for each. Runs that differ in their seeds
    /// alone are taken together.
    /// </summary>
    public IEnumerable<Figure> Draw(ReportedRuns runs)
    {
        Subject[] subjects = [.. Subject.AllOf(runs, _read).Where(subject => subject.Whole.IsMeasured)];
        return subjects.Length > 1
            ? subjects.Select(DrawParts).Prepend(DrawTogether(subjects))
            : subjects.Select(DrawParts);
    }

    private Figure DrawTogether(Subject[] subjects)
    {
        PlotFrame frame = new(Frequency, Frequency);
        return new Figure(
            _name,
            "All",
            _explanation,
            [.. subjects.Select(subject => new LegendEntry(subject.Look, "line", subject.Name, subject.Whole.Steps))],
            frame.Draw(
                $"{_spoken}. "
                + string.Join("; ", subjects.Select(subject => $"{subject.Name}: {subject.Whole}")),
                _xLabel,
                subjects.Select(subject => new XElement(
                    "g", new XAttribute("class", subject.Look), subject.Whole.Draw(frame)))),
            [.. subjects.SelectMany(subject => subject.Whole.Values(subject.Name))])
        {
            TitleAlone = _heading,
        };
    }

    private Figure DrawParts(Subject subject)
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
        string description = $"{_spoken} in {subject.Name}: {first}; {last}.";
        return new Figure(
            $"{_name}-{FigureName.Of(subject.Name)}",
            subject.Name,
            _explanation,
            legend,
            frame.Draw(description, _xLabel, shapes),
            [.. first.Values(subject.Name), .. last.Values(subject.Name)])
        {
            TitleAlone = $"{_heading}: {subject.Name}",
        };
    }

    /// <summary>A run, or several that differ in their seeds alone.</summary>
    private sealed record Subject(
        string Name,
        int Colour,
        string Look,
        IReadOnlyList<IReadOnlyList<StepMetrics>> Runs,
        Func<StepMetrics, int, double?> Read)
    {
        public Part Whole => Part.Of(Runs.SelectMany(steps => steps), Read);

        public Part First => Part.Of(Runs.SelectMany(steps => steps.Take(Fifth(steps))), Read);

        public Part Last => Part.Of(Runs.SelectMany(steps => steps.TakeLast(Fifth(steps))), Read);

        /// <summary>All subjects in the order of the runs; a group stands where its first run does.</summary>
        public static IEnumerable<Subject> AllOf(ReportedRuns runs, Func<StepMetrics, int, double?> read)
        {
            foreach (ReportedRun run in runs.Runs)
            {
                SeedGroup? group = runs.Groups.FirstOrDefault(seeds => seeds.Runs.Contains(run));
                if (group is null)
                {
                    yield return new Subject(run.Name, run.Colour, run.Look, [[.. run.Steps]], read);
                }
                else if (group.Runs[0] == run)
                {
                    yield return new Subject(
                        group.Name, group.Colour, group.Look, [.. group.Runs.Select(seed => seed.Steps.ToArray())], read);
                }
            }
        }

        private static int Fifth(IReadOnlyList<StepMetrics> steps) => Math.Max(1, steps.Count / PartsOfARun);
    }

    /// <summary>Steps with the mean in each interval.</summary>
    private sealed record Part(string Steps, IReadOnlyList<double?> Means)
    {
        public bool IsMeasured => Means.Any(mean => mean is not null);

        public static Part Of(IEnumerable<StepMetrics> steps, Func<StepMetrics, int, double?> read)
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
                .Select(step => read(step, interval))
                .Average())]);
        }

        public IEnumerable<XElement> Draw(PlotFrame frame)
        {
            PlotPoint[] points =
            [
                .. Means.Select((mean, interval) => new PlotPoint((interval + 0.5) / Intervals, mean)),
            ];
            return points
                .Where(point => point.Y is not null)
                .Select(point => frame.Dot(
                    point.X, point.Y!.Value, $"{Steps}: {Metric.TrainAccuracy.Format(point.Y.Value)}"))
                .Prepend(frame.Line("line", points.Where(point => point.Y is not null)));
        }

        public IEnumerable<PlottedValue> Values(string line) => Means.Select((mean, interval) =>
            new PlottedValue(line, Steps, (interval + 0.5) / Intervals, mean));

        public override string ToString() => $"{Steps}: " + string.Join(", ", Means.Select(mean =>
            mean is double value ? Metric.TrainAccuracy.Format(value) : "none"));
    }
}
