using System.Globalization;
using System.Text;
using Retrace.Files;
using Retrace.Perturbations;
using Retrace.Rewards;
using Retrace.Statistics;
using static System.FormattableString;

namespace Retrace.Evaluation.Surveys;

/// <summary>Formats a survey as a table for people and as CSV.</summary>
public static class SurvivalTable
{
    private const string Heading = "anchor,keep_rate,perturbation,level,category,problems,survival,survival_right,"
        + "survival_wrong,gap,gap_half_width,gap_within,gap_within_half_width,vote_gap,spread,disagreement,tokens";

    /// <summary>A line for each choice over all problems, in percent.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<SurvivalPoint> points)
    {
        yield return "anchor   keep  perturbation    survival  right  wrong   gap            within         vote gap  spread  disagreement";
        foreach (SurvivalPoint point in points.Where(point => point.Category is null))
        {
            SurvivalStatistics survival = point.Survival;
            yield return Invariant($"{point.Choice.Anchor,-8} {point.Choice.KeepRate,4:0.00}  {NameOf(point.Choice),-15}")
                + Invariant($"{100 * survival.Mean,8:0.0}  {Percent(survival.Right),5}  {Percent(survival.Wrong),5}")
                + Invariant($"  {Percent(survival.Gap),5} ± {Percent(survival.GapHalfWidth),-5}")
                + Invariant($"  {Percent(survival.GapWithin),5} ± {Percent(survival.GapWithinHalfWidth),-5}")
                + Invariant($"  {Percent(survival.VoteGap),8}  {100 * survival.Spread,6:0.0}")
                + Invariant($"  {100 * point.Disagreement,12:0.0}");
        }
    }

    /// <summary>Writes the points as CSV: fractions, and empty where there is no number.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(IReadOnlyList<SurvivalPoint> points, string path) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Heading);
        foreach (SurvivalPoint point in points)
        {
            SurvivalStatistics survival = point.Survival;
            double?[] numbers =
            [
                point.Problems, survival.Mean, survival.Right, survival.Wrong, survival.Gap, survival.GapHalfWidth,
                survival.GapWithin, survival.GapWithinHalfWidth, survival.VoteGap, survival.Spread, point.Disagreement, point.Tokens,
            ];
            writer.WriteLine(Invariant($"{point.Choice.Anchor},{point.Choice.KeepRate},{point.Choice.Perturbation},")
                + Invariant($"{point.Choice.Level},{point.Category},")
                + string.Join(',', numbers.Select(number => number?.ToString(CultureInfo.InvariantCulture))));
        }
    });

    private static string NameOf(RetracingChoice choice) =>
        ImagePerturbations.Create(choice.Perturbation).ChangesImages
            ? Invariant($"{choice.Perturbation}:{choice.Level}")
            : choice.Perturbation;

    private static string Percent(double? share) => share is double value ? Invariant($"{100 * value:0.0}") : "";
}
