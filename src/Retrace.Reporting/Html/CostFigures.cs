using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>What each step's time went into: a bar of shares for each step or, of long runs, for several in a row.</summary>
internal static class CostFigures
{
    private const int MostBars = 60;
    private const double LongestStep = 1e9; // In seconds, 30 years: what says more is no time.

    /// <summary>A figure for each run whose steps have such numbers.</summary>
    public static IEnumerable<Figure> Draw(ReportedRuns runs) => runs.Runs.Select(Draw).OfType<Figure>();

    private static Figure? Draw(ReportedRun run)
    {
        Measured[] steps =
        [
            .. run.Steps.Select(step => (step.Step, Parts: StepParts.Of(step)))
                .Where(step => step.Parts?.Total < LongestStep)
                .Select(step => new Measured(step.Step, step.Parts!)),
        ];
        if (steps.Length == 0)
        {
            return null;
        }
        PlotFrame frame = new(AxisOf(steps[0].Step, steps[^1].Step), AxisScale.Covering(0, 1, MetricUnit.Share));
        Measured[][] bars = [.. steps.Chunk((steps.Length + MostBars - 1) / MostBars)];
        Part[] whole = PartsOf(steps);
        string shares = string.Join(
            ", ", whole.Where(part => part.Share > 0).Select(part => $"{part.Name} {Percent(part.Share)}"));
        return new Figure(
            $"step-cost-{FigureName.Of(run.Name)}",
            run.Name,
            string.Join(' ', PersistentHints.Of(run.Run.Metrics).Select(hint => $"Hint: {hint.Sentence}.")
                .Prepend("Shares of each step's time.")),
            [.. whole.Index().Where(part => part.Item.Share > 0).Select(part =>
                new LegendEntry(LookOf(part.Index), "mean", part.Item.Name, Percent(part.Item.Share)))],
            frame.Draw(
                $"What the time of a step went into in {run.Name}, over all steps: {shares}.",
                "step",
                whole.Index().Where(part => part.Item.Share > 0).Select(part => new XElement(
                    "g",
                    new XAttribute("class", LookOf(part.Index)),
                    frame.Bars(
                        bars.Select(bar => BarOf(bar, part.Index)), $"{part.Item.Name}: {Percent(part.Item.Share)}")))),
            [
                .. steps.SelectMany(step => PartsOf([step]).Select(part =>
                    new PlottedValue(part.Name, "measured", step.Step, part.Share))),
            ])
        {
            TitleAlone = $"What a step costs: {run.Name}",
        };
    }

    // A step's bar reaches half a step to either side.
    private static AxisScale AxisOf(int first, int last)
    {
        AxisScale steps = AxisScale.OfSteps(first, last);
        return new AxisScale(first - 0.5, last + 0.5, [.. steps.Ticks.Where(tick => tick.Value <= last)]);
    }

    private static PlottedBar BarOf(Measured[] steps, int part)
    {
        Part[] parts = PartsOf(steps);
        double lower = parts.Take(part).Sum(one => one.Share);
        double from = steps[0].Step - 0.5;
        return new PlottedBar(from, steps[^1].Step + 0.5 - from, lower, lower + parts[part].Share);
    }

    private static Part[] PartsOf(Measured[] steps)
    {
        StepParts sum = steps.Select(step => step.Parts).Aggregate((one, other) => one + other);
        return [.. sum.All.Select(part => new Part(part.Name, part.Seconds / sum.Total))];
    }

    // The colours of runs, which can be told apart in grey, too.
    private static string LookOf(int part) => $"c{part}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private sealed record Measured(int Step, StepParts Parts);

    private sealed record Part(string Name, double Share);
}
