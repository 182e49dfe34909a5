using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Plots;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>
/// The distributions of maternal and re-inference answers at three steps (the paper's fig. 4). The paper embeds answers
/// in a plane by their meaning; here the plane is that of the two frequencies that the reward compares.
/// </summary>
internal static class AnswerMaps
{
    private static readonly AxisScale Share = AxisScale.Covering(0, 1, MetricUnit.Share);

    /// <summary>
    /// A figure for each of some steps of each run that retraces; of runs that differ in their seeds alone, the first.
    /// </summary>
    /// <param name="runs">The runs.</param>
    /// <param name="steps">The steps; the first, the middle and the last of a run that does not have all of them.</param>
    public static IEnumerable<Figure> Draw(ReportedRuns runs, IReadOnlyList<int> steps) => runs.Runs
        .Where(run => !run.IsOneOfSeeds || runs.Groups.Any(group => group.Runs[0] == run))
        .SelectMany(run => Draw(run, steps));

    /// <summary>The answers of the wanted steps, or of the first, the middle and the last that have continuations.</summary>
    /// <param name="answers">A run's answers.</param>
    /// <param name="preferred">The steps to take where all of them have continuations; may be empty.</param>
    /// <remarks>Goes through the file twice and keeps only what it chooses: a run's file can be large.</remarks>
    internal static IReadOnlyList<IGrouping<int, GroupAnswers>> Choose(
        IEnumerable<GroupAnswers> answers, IReadOnlyList<int> preferred)
    {
        int[] steps =
        [
            .. answers.Where(group => group.Retraced.Count > 0).Select(group => group.Step).Distinct().Order(),
        ];
        HashSet<int> wanted = steps.Length == 0 ? []
            : preferred.Count > 0 && preferred.All(step => steps.Contains(step)) ? [.. preferred]
            : [steps[0], steps[steps.Length / 2], steps[^1]];
        return [.. answers.Where(group => wanted.Contains(group.Step)).GroupBy(group => group.Step)];
    }

    /// <summary>The places of a step's answers, with the number of answers at each.</summary>
    internal static IEnumerable<(Place Place, int Count)> PlacesOf(IEnumerable<GroupAnswers> groups) =>
        groups.SelectMany(PlacesOf).GroupBy(place => place).Select(same => (same.Key, same.Count()));

    private static IEnumerable<Place> PlacesOf(GroupAnswers group)
    {
        int continuations = group.Retraced.Sum(answers => answers.Count);
        for (int answer = 0; answer < group.Answers.Count; answer++)
        {
            yield return new Place(
                (double)group.Maternal.Count(one => one == answer) / group.Maternal.Count,
                (double)group.Retraced.Sum(answers => answers.Count(one => one == answer)) / continuations,
                group.Right is int right ? right == answer : null);
        }
    }

    private static IEnumerable<Figure> Draw(ReportedRun run, IReadOnlyList<int> steps) => Choose(run.Run.Answers, steps).Select(step =>
    {
        (Place Place, int Count)[] places = [.. PlacesOf(step)];
        PlotFrame frame = new(Share, Share);
        string title = string.Create(CultureInfo.InvariantCulture, $"{run.Name}, step {step.Key}");
        string counted = string.Join(", ", places.GroupBy(one => one.Place.IsRight).Select(kind =>
            $"{kind.Sum(one => one.Count)} {Name(kind.Key)}"));
        return new Figure(
            $"answers-{FigureName.Of(title)}",
            title,
            "Larger dots are several answers. Vertical: share of the continuations.",
            [
                .. places.GroupBy(one => one.Place.IsRight).OrderBy(kind => kind.Key is false).Select(
                    kind => new LegendEntry(
                        Look(kind.Key),
                        "line",
                        Name(kind.Key),
                        kind.Sum(one => one.Count).ToString(CultureInfo.InvariantCulture))),
            ],
            frame.Draw(
                $"Answers of {title} by their shares of both rounds: {counted}.",
                "share of the maternal round",
                places.OrderByDescending(one => one.Count)
                    .Select(one => new XElement(
                        "g",
                        new XAttribute("class", Look(one.Place.IsRight)),
                        frame.Dot(one.Place.Maternal, one.Place.Retraced, Note(one.Place, one.Count), Radius(one.Count))))
                    .Prepend(frame.Line("grid", [new PlotPoint(0, 0), new PlotPoint(1, 1)]))),
            // A row for each answer.
            [
                .. places.SelectMany(one => Enumerable.Repeat(
                    new PlottedValue(run.Name, Name(one.Place.IsRight), one.Place.Maternal, one.Place.Retraced),
                    one.Count)),
            ])
        {
            TitleAlone = $"Answers of both rounds: {title}",
        };
    });

    private static string Note(Place place, int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"{count} {Name(place.IsRight)}: {100 * place.Maternal:0} % → {100 * place.Retraced:0} %");

    private static double Radius(int count) => 2.2 * Math.Sqrt(count);

    private static string Name(bool? isRight) => isRight switch { true => "right", false => "wrong", null => "answers" };

    private static string Look(bool? isRight) => isRight switch { true => "c0", false => "c1", null => "c3" };

    /// <param name="Maternal">Share of the maternal round.</param>
    /// <param name="Retraced">Share of the continuations.</param>
    /// <param name="IsRight">Null where there is no label.</param>
    internal readonly record struct Place(double Maternal, double Retraced, bool? IsRight);
}
