using System.Globalization;
using Retrace.Evaluation;

namespace Retrace.Cli.Commands;

/// <summary>Prints differences of evaluations: accuracies in percent, changes in points.</summary>
internal static class DifferenceTable
{
    public static void Write(
        string heading, IEnumerable<(string Name, EvaluationDifference Difference)> rows, TextWriter output) =>
        TextTable.Write(
            output,
            [heading, "problems", "before", "after", "change", "95 % interval", "better", "worse", "same", "p"],
            rows.Select(row => Row(row.Name, row.Difference)));

    private static string[] Row(string name, EvaluationDifference difference) =>
    [
        name,
        Format($"{difference.Problems}"),
        Format($"{100 * difference.Before:0.0}"),
        Format($"{100 * difference.After:0.0}"),
        Points(difference.Change.Mean),
        difference.HasInterval ? $"{Points(difference.Change.Lower)} to {Points(difference.Change.Upper)}" : "",
        Format($"{difference.Better}"),
        Format($"{difference.Worse}"),
        Format($"{difference.Same}"),
        Format($"{difference.PValue:0.0000}"),
    ];

    private static string Points(double share) => Format($"{100 * share:+0.0;-0.0;0.0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
