using Retrace.Evaluation.Comparisons;
using Retrace.Statistics;
using static System.FormattableString;

namespace Retrace.Evaluation.Reproductions;

/// <summary>A table of the paper with what came out here beside it.</summary>
/// <param name="Paper">The paper's table.</param>
/// <param name="Tests">The comparison of its runs by each test; at least one, all of the same runs.</param>
public sealed record ReproducedTable(PaperTable Paper, IReadOnlyList<TestedComparison> Tests)
{
    private Comparison First => Tests[0].Comparison;

    /// <summary>The columns' names, that of the rows first.</summary>
    public string[] Heading() =>
    [
        Paper.Swept ?? "",
        "samples",
        "tokens",
        "seconds",
        .. Paper.Benchmarks.Select(benchmark => $"paper, {benchmark}"),
        .. Tests.Select(test => $"ours, {test.Name}"),
    ];

    /// <summary>A row for each of the paper's; accuracies in percent, intervals in brackets.</summary>
    public IEnumerable<string[]> Rows() => Paper.Rows.Select(row =>
    {
        MethodResult? run = ResultOf(row, First);
        return (string[])
        [
            row.Label,
            run is null ? "" : Invariant($"{run.Samples:0.#}"),
            run is null ? "" : Invariant($"{run.Tokens:#,0}"),
            run is null ? "" : Invariant($"{run.Seconds:#,0}"),
            .. Paper.Benchmarks.Select(benchmark =>
                row.Reported.TryGetValue(benchmark, out double reported) ? Invariant($"{reported:0.00}") : ""),
            .. Tests.Select(test => IntervalText.Share(AccuracyOf(row, test.Comparison))),
        ];
    });

    /// <summary>Whether what came out has the paper's shape: sentences for each test.</summary>
    public IEnumerable<string> Verdicts() =>
        Tests.SelectMany(test => VerdictsOn(test).Select(sentence =>
            Tests.Count == 1 ? sentence : $"{test.Name}: {sentence}"));

    /// <summary>What the columns mean, and under which conditions the numbers came out.</summary>
    public string Note() =>
        "Accuracies are in percent: the paper's of Qwen2.5-VL-7B"
        + (Paper.TrainedOn.Length > 0 ? $" trained on {Paper.TrainedOn}" : "")
        + (First.Methods[0].Seeds == 1
            ? ", ours of one seed. "
            : Invariant($", ours means over {First.Methods[0].Seeds} seeds with 95 % intervals over them (Student's t). "))
        + "Samples are those of a problem in a step; tokens generated and seconds taken are those of one run, tests not "
        + "counted. A pair of rows is told apart where the 95 % interval of its difference, paired by seed, leaves out zero; "
        + "one in twenty pairs of equals does so by chance. A test on none of the paper's benchmarks is held beside the "
        + "mean over them.";

    /// <summary>Writes the table, what its rows are, the verdicts and the note as Markdown.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteMarkdown(string path) => TableText.Write(
        path,
        [
            $"# {Paper.Name}: {Paper.Title}",
            "",
            .. TableText.Markdown([Heading(), .. Rows()]),
            "",
            .. Verdicts(),
            "",
            .. Paper.Rows.Select(row => $"- {row.Label}: {row.Meaning}"),
            "",
            Note(),
            "",
            .. Tests.Select(test =>
                Invariant($"{test.Name}: {test.Comparison.Problems} problems of {test.Data}, ")
                + Invariant($"{test.Comparison.Start.Samples} samples each.")),
        ]);

    /// <summary>Writes the table as CSV: fractions rather than percent, and empty where there is no number.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void WriteCsv(string path)
    {
        string[] columns =
        [
            "row", "samples", "tokens", "seconds",
            .. Paper.Benchmarks.Select(benchmark => $"paper_{benchmark}"),
            .. Tests.SelectMany(test => new[] { test.Name, $"{test.Name}_lower", $"{test.Name}_upper" }),
        ];
        TableText.Write(path, Paper.Rows.Select(CsvOf).Prepend(string.Join(',', columns)));
    }

    private string CsvOf(PaperRow row)
    {
        MethodResult? run = ResultOf(row, First);
        return TableText.Csv(
            row.Label,
            [
                run?.Samples, run?.Tokens, run?.Seconds,
                .. Paper.Benchmarks.Select(benchmark =>
                    row.Reported.TryGetValue(benchmark, out double reported) ? Fraction(reported) : (double?)null),
                .. Tests.Select(test => AccuracyOf(row, test.Comparison)).SelectMany(interval =>
                    new[] { interval.Mean, interval.Lower, interval.Upper }),
            ]);
    }

    // Of percent with two digits, without what binary fractions add to it.
    private static double Fraction(double percent) => Math.Round(percent / 100, 4);

    private IEnumerable<string> VerdictsOn(TestedComparison test)
    {
        PaperRow[] reported = [.. Paper.Rows.Where(row => row.ReportedOn(test.Test) is not null)];
        double[] paper = [.. reported.Select(row => row.ReportedOn(test.Test)!.Value)];
        if (Paper.Swept is string swept)
        {
            string[] values = [.. reported.Select(row => row.Label)];
            var theirs = SeriesShape.Of(paper);
            var ours = SeriesShape.Of([.. reported.Select(row => AccuracyOf(row, test.Comparison).Mean)]);
            yield return $"Over {swept}, the paper's accuracy {theirs.Describe(values)}; by the means, ours "
                + (ours == theirs ? "does the same." : $"{ours.Describe(values)}.");
        }
        if (reported.Length > 1)
        {
            yield return OrderAgreement.Of(
                paper, (first, second) => Difference(reported[first], reported[second], test.Comparison)).Sentence;
        }
        if (Paper.Curve is PaperCurve curve)
        {
            yield return curve.Sentence(test.Comparison);
        }
        if (reported.Length == 0 && Paper.Curve is null)
        {
            yield return "Our notes have none of the paper's numbers to compare with; the figures are to be looked at.";
        }
    }

    private static MethodResult? ResultOf(PaperRow row, Comparison comparison) =>
        comparison.Methods.SingleOrDefault(method => method.Method == row.Variant?.Name);

    private static MeanInterval AccuracyOf(PaperRow row, Comparison comparison) =>
        (ResultOf(row, comparison)?.Test ?? comparison.Start).Accuracy;

    // The start's accuracy with a seed is in the outcome of every method with that seed.
    private static MeanInterval Difference(PaperRow first, PaperRow second, Comparison comparison)
    {
        IReadOnlyList<Outcome> ofFirst = comparison.OutcomesOf((first.Variant ?? second.Variant)!.Name);
        IReadOnlyList<Outcome> ofSecond = comparison.OutcomesOf((second.Variant ?? first.Variant)!.Name);
        return MeanInterval.Of(
        [
            .. ofFirst.Join(
                ofSecond,
                one => one.Seed,
                other => other.Seed,
                (one, other) => TestOf(first, one).Accuracy - TestOf(second, other).Accuracy),
        ]);
    }

    private static EvaluationSummary TestOf(PaperRow row, Outcome outcome) =>
        (row.Variant is null ? outcome.Start : outcome.Final).Whole;
}

/// <summary>The runs of a table as one test measured them.</summary>
/// <param name="Test">The benchmark that it is; null for other problems.</param>
/// <param name="Data">The file of its problems.</param>
/// <param name="Comparison">What it measured.</param>
public sealed record TestedComparison(string? Test, string Data, Comparison Comparison)
{
    /// <summary>What tables call it.</summary>
    public string Name => Test ?? "test";
}
