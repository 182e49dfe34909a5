using System.Globalization;
using Retrace.Data.Benchmarks;
using Retrace.Evaluation;

namespace Retrace.Cli.Commands;

/// <summary>Prints an evaluation as a table for the terminal.</summary>
internal static class EvaluationTable
{
    /// <summary>A line of numbers for all problems and one for each category; shares in percent.</summary>
    public static void Write(EvaluationReport report, TextWriter output)
    {
        EvaluationSummary all = report.Summary;
        List<string[]> rows =
        [
            [
                "",
                "problems",
                $"accuracy (avg@{all.Samples})",
                "95 % interval",
                .. all.PassAt.Select(pass => $"pass@{pass.J}"),
                $"maj@{all.Samples}",
                "answered",
                "tokens",
                "cut off",
            ],
            Row("all", all),
            .. report.Benchmark is BenchmarkResult benchmark
                ? benchmark.Categories.SelectMany(field =>
                    field.Values.Select(value => Row($"{field.Field}: {value.Value}", value.Summary)))
                : report.Categories.Select(category => Row(category.Name, category.Summary)),
        ];
        TextTable.Write(output, rows[0], rows.Skip(1));
        foreach ((string name, double? value) in report.Benchmark?.Metric ?? [])
        {
            output.WriteLine($"{name,-28} {(value is double share ? Percent(share) : "not defined")}");
        }
        if (report.Perturbed.Count > 0)
        {
            output.WriteLine();
            DifferenceTable.Write(
                "perturbed",
                report.Perturbed.Select(perturbed => (perturbed.Perturbation.ToString(), perturbed.Difference)),
                output);
        }
        if (report.ImagesExchanged)
        {
            output.WriteLine("every problem was shown the image of another");
        }
        if (report.Unlabeled > 0)
        {
            output.WriteLine($"left out, as they have no label: {report.Unlabeled}");
        }
    }

    private static string[] Row(string name, EvaluationSummary summary) =>
    [
        name,
        summary.Problems.ToString(CultureInfo.InvariantCulture),
        Percent(summary.Accuracy),
        $"{Percent(summary.Interval.Lower)} to {Percent(summary.Interval.Upper)}",
        .. summary.PassAt.Select(pass => Percent(pass.Share)),
        Percent(summary.MajorityAccuracy),
        Percent(summary.AnswerRate),
        summary.Lengths is ResponseLengths lengths ? lengths.Mean.ToString("0.0", CultureInfo.InvariantCulture) : "",
        summary.Lengths is ResponseLengths cut ? Percent(cut.CutShare) : "",
    ];

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}");
}
