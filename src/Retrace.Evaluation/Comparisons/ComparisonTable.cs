using System.Globalization;
using System.Text;
using Retrace.Files;
using Retrace.Statistics;
using static System.FormattableString;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Formats a comparison as a table for people and as CSV.</summary>
public static class ComparisonTable
{
    /// <summary>The columns' names, that of the methods first.</summary>
    public static string[] Heading(Comparison comparison) =>
    [
        "",
        "seeds",
        "accuracy",
        "change",
        .. comparison.Baseline is string baseline ? [$"against {baseline}"] : Array.Empty<string>(),
        $"pass@{comparison.Start.Samples}",
        $"maj@{comparison.Start.Samples}",
        "entropy",
        "high confidence",
        "samples",
        "tokens",
        "seconds",
    ];

    /// <summary>A row for the start and one for each method; shares in percent, intervals in brackets.</summary>
    public static IEnumerable<string[]> Rows(Comparison comparison)
    {
        bool hasBaseline = comparison.Baseline is not null;
        yield return
        [
            "start",
            "",
            Share(comparison.Start.Accuracy),
            "",
            .. hasBaseline ? [""] : Array.Empty<string>(),
            Percent(comparison.Start.PassAtSamples),
            Percent(comparison.Start.MajorityAccuracy),
            "", "", "", "", "",
        ];
        foreach (MethodResult method in comparison.Methods)
        {
            yield return
            [
                method.Method,
                Invariant($"{method.Seeds}"),
                Share(method.Test.Accuracy),
                Difference(method.Change),
                .. hasBaseline
                    ? [method.AgainstBaseline is MeanInterval against ? Difference(against) : ""]
                    : Array.Empty<string>(),
                Percent(method.Test.PassAtSamples),
                Percent(method.Test.MajorityAccuracy),
                method.Entropy is double entropy ? Invariant($"{entropy:0.000}") : "",
                method.HighConfidenceShare is double share ? Percent(share) : "",
                Invariant($"{method.Samples:0.#}"),
                Invariant($"{method.Tokens:#,0}"),
                Invariant($"{method.Seconds:#,0}"),
            ];
        }
    }

    /// <summary>A row for each category: its accuracy at the start and after each method, in percent.</summary>
    public static IEnumerable<string[]> CategoryRows(Comparison comparison) => comparison.Categories
        .Select(category => (string[])
        [
            category.Category,
            Invariant($"{category.Problems}"),
            Share(category.Start),
            .. category.Methods.Select(Share),
        ])
        .Prepend(["", "problems", "start", .. comparison.Methods.Select(method => method.Method)]);

    /// <summary>The note below the table that explains its columns.</summary>
    public static string Note(Comparison comparison) =>
        Invariant($"{comparison.Problems} test problems, {comparison.Start.Samples} samples each. Means over the")
        + " seeds, with 95 % intervals over the seeds (Student's t) in brackets. Accuracy, pass@k and maj@k in percent;"
        + " change, in points, is paired with the start"
        + (comparison.Baseline is string baseline ? $", and the difference from {baseline} with its run," : "")
        + " of the same seed. Entropy, in nats, and high confidence, in percent, are those of the training batches of"
        + Invariant($" the last {Outcome.LastSteps} steps. Samples are those of a problem in a step; tokens generated")
        + " and seconds taken are those of one run.";

    /// <summary>Writes the table, its note and the categories as Markdown.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void WriteMarkdown(Comparison comparison, string path)
    {
        IEnumerable<string> lines = Table([Heading(comparison), .. Rows(comparison)]).Append("").Append(Note(comparison));
        if (comparison.Categories.Count > 0)
        {
            lines = [.. lines, "", "Accuracy by category:", "", .. Table(CategoryRows(comparison))];
        }
        WriteLines(path, lines);

        static IEnumerable<string> Table(IEnumerable<string[]> rows) => rows
            .SelectMany((cells, row) => row > 0 ? [cells] : new[] { cells, [.. cells.Select(Rule)] })
            .Select(cells => $"| {string.Join(" | ", cells)} |");

        static string Rule(string cell, int column) => column == 0 ? "---" : "---:";
    }

    /// <summary>Writes the table as CSV: fractions rather than percent, and empty where there is no number.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void WriteCsv(Comparison comparison, string path)
    {
        string[] heading =
        [
            "method", "seeds", "accuracy", "accuracy_lower", "accuracy_upper", "change", "change_lower", "change_upper",
            "against_baseline", "against_baseline_lower", "against_baseline_upper", "pass_at_k", "majority_accuracy",
            "entropy", "high_confidence_share", "samples", "tokens", "seconds",
        ];
        double?[] none = [null, null, null];
        IEnumerable<string> rows = comparison.Methods.Select(method => Row(
            method.Method,
            [
                method.Seeds, .. Numbers(method.Test.Accuracy), .. Numbers(method.Change),
                .. method.AgainstBaseline is MeanInterval against ? Numbers(against) : none,
                method.Test.PassAtSamples, method.Test.MajorityAccuracy, method.Entropy, method.HighConfidenceShare,
                method.Samples, method.Tokens, method.Seconds,
            ]));
        TestMeans start = comparison.Start;
        string startRow = Row(
            "start",
            [
                null, .. Numbers(start.Accuracy), .. none, .. none, start.PassAtSamples, start.MajorityAccuracy, null,
                null, null, null, null,
            ]);
        WriteLines(path, [string.Join(',', heading), startRow, .. rows]);
    }

    private static string Row(string method, double?[] numbers) => string.Join(
        ',', numbers.Select(number => number?.ToString(CultureInfo.InvariantCulture) ?? "").Prepend(method));

    private static double?[] Numbers(MeanInterval interval) => [interval.Mean, interval.Lower, interval.Upper];

    private static string Share(MeanInterval interval) => interval is { Lower: double lower, Upper: double upper }
        ? $"{Percent(interval.Mean)} ({Percent(lower)} to {Percent(upper)})"
        : Percent(interval.Mean);

    private static string Difference(MeanInterval interval) => interval is { Lower: double lower, Upper: double upper }
        ? $"{Points(interval.Mean)} ({Points(lower)} to {Points(upper)})"
        : Points(interval.Mean);

    private static string Percent(double share) => Invariant($"{100 * share:0.0}");

    private static string Points(double share) => Invariant($"{100 * share:+0.0;-0.0;0.0}");

    private static void WriteLines(string path, IEnumerable<string> lines) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines)
        {
            writer.WriteLine(line);
        }
    });
}
