using Retrace.Statistics;
using static System.FormattableString;
using static Retrace.Evaluation.Comparisons.IntervalText;

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

    /// <summary>
    /// A row for each kind of problem: its accuracy at the start and after each method, in percent, and for all but the
    /// baseline the difference from it.
    /// </summary>
    public static IEnumerable<string[]> KindRows(Comparison comparison) => comparison.Kinds
        .Select(kind => (string[])
        [
            kind.Kind,
            Invariant($"{kind.Problems}"),
            Share(kind.Start),
            .. kind.Methods.Zip(kind.AgainstBaseline, (accuracy, against) =>
                against is MeanInterval difference ? $"{Share(accuracy)}, {Difference(difference)}" : Share(accuracy)),
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
        string[] lines =
            [.. TableText.Markdown([Heading(comparison), .. Rows(comparison)]), "", Note(comparison)];
        if (comparison.Kinds.Count > 0)
        {
            string against = comparison.Baseline is string baseline ? $" and, in points, the difference from {baseline}" : "";
            lines = [.. lines, "", $"Accuracy by kind of problem{against}:", "", .. TableText.Markdown(KindRows(comparison))];
        }
        if (comparison.Categories.Count > 0)
        {
            lines = [.. lines, "", "Accuracy by category:", "", .. TableText.Markdown(CategoryRows(comparison))];
        }
        TableText.Write(path, lines);
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
        IEnumerable<string> rows = comparison.Methods.Select(method => TableText.Csv(
            method.Method,
            [
                method.Seeds, .. Numbers(method.Test.Accuracy), .. Numbers(method.Change),
                .. method.AgainstBaseline is MeanInterval against ? Numbers(against) : none,
                method.Test.PassAtSamples, method.Test.MajorityAccuracy, method.Entropy, method.HighConfidenceShare,
                method.Samples, method.Tokens, method.Seconds,
            ]));
        TestMeans start = comparison.Start;
        string startRow = TableText.Csv(
            "start",
            [
                null, .. Numbers(start.Accuracy), .. none, .. none, start.PassAtSamples, start.MajorityAccuracy, null,
                null, null, null, null,
            ]);
        TableText.Write(path, [string.Join(',', heading), startRow, .. rows]);
    }

    private static double?[] Numbers(MeanInterval interval) => [interval.Mean, interval.Lower, interval.Upper];
}
