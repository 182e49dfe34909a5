using Retrace.Evaluation.Comparisons;
using Retrace.Evaluation.Reproductions;
using Retrace.Evaluation.Tests.Comparisons;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Reproductions;

public sealed class ReproducedTableTests : IDisposable
{
    // Accuracies with the seeds 0 and 1; differences between methods are the same with both, so have no width.
    private static readonly Comparison Methods = new(
        [
            .. Runs("majority", 0.44, 0.46, samples: 8),
            .. Runs("csrs", 0.51, 0.53, samples: 48),
        ],
        "majority");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_have_the_budget_the_paper_s_numbers_and_ours()
    {
        ReproducedTable table = Of(WithoutBudgets("main"), Methods);
        Assert.Equal(
            [
                "", "samples", "tokens", "seconds", "paper, mathvision", "paper, mathverse", "paper, mathvista",
                "paper, we-math", "ours, test",
            ],
            table.Heading());
        Assert.Equal(
            [
                ["start", "", "", "", "25.40", "44.24", "66.42", "67.65", "50.0 (50.0 to 50.0)"],
                // One point to either side of the mean: 12.706205 · 0.014142 / √2 = 0.127062.
                ["majority", "8", "1,500", "2", "26.95", "44.53", "66.47", "68.49", "45.0 (32.3 to 57.7)"],
                ["csrs", "48", "1,500", "2", "27.97", "46.01", "67.81", "71.77", "52.0 (39.3 to 64.7)"],
            ],
            table.Rows());
    }

    [Fact]
    public void The_verdict_counts_the_pairs_that_are_told_apart()
    {
        // In the paper csrs > majority > start. Here 52 is above 45 with either seed; 50 is within the others' intervals.
        Assert.Equal(
            [
                "Of 3 pairs of rows 1 stand in the paper's order beyond chance, 0 in the opposite one, and 2 cannot be told "
                + "apart: what can be told agrees with the paper.",
            ],
            Of(WithoutBudgets("main"), Methods).Verdicts());
    }

    [Fact]
    public void A_sweep_s_form_is_told_beside_the_paper_s()
    {
        PaperTable sweep = PaperTables.Named("m");
        Comparison comparison = new(
            [.. sweep.Variants.SelectMany((run, i) => Runs(run.Name, 0.5 - (0.01 * i), 0.6 - (0.01 * i), samples: 48))],
            sweep.Baseline);
        string[] verdicts = [.. Of(sweep, comparison).Verdicts()];
        Assert.Equal(
            "Over m, the paper's accuracy rises up to 5 and falls from there; by the means, ours falls throughout.", verdicts[0]);
        // Of all ten pairs the paper's order is 5 > 6 > 4 > 7 > 8; ours is 4 > 5 > 6 > 7 > 8.
        Assert.StartsWith("Of 10 pairs of rows 8 stand in the paper's order beyond chance, 2 in the opposite one", verdicts[1]);
        Assert.Equal("m", Of(sweep, comparison).Heading()[0]);

        Comparison peaked = new(
            [.. sweep.Variants.SelectMany((run, i) => Runs(run.Name, i == 1 ? 0.7 : 0.5 - (0.01 * i), 0.6, samples: 48))],
            sweep.Baseline);
        Assert.EndsWith("by the means, ours does the same.", Of(sweep, peaked).Verdicts().First());
    }

    [Fact]
    public void A_benchmark_is_held_beside_the_paper_s_own_numbers_of_it()
    {
        ReproducedTable table = new(
            WithoutBudgets("main"),
            [new("mathvista", "vista", Methods), new TestedComparison(null, "own.jsonl", Methods)]);
        Assert.Equal(["ours, mathvista", "ours, test"], table.Heading()[^2..]);
        Assert.Equal(["mathvista", "test"], table.Verdicts().Select(sentence => sentence.Split(':')[0]));
    }

    [Fact]
    public void Files_have_the_table_what_its_rows_are_and_fractions()
    {
        ReproducedTable table = Of(WithoutBudgets("main"), Methods);
        table.WriteMarkdown(_folder.Combine("table.md"));
        string[] lines = File.ReadAllLines(_folder.Combine("table.md"));
        Assert.StartsWith("# main: methods and benchmarks", lines[0]);
        Assert.StartsWith("| majority | 8 | 1,500 | 2 | 26.95 |", lines[5]);
        Assert.Contains("- majority: MM-UPT: majority vote of A_n, 1 or 0; n samples", lines);
        Assert.Contains(table.Verdicts().Single(), lines);
        Assert.Equal("test: 100 problems of own.jsonl, 4 samples each.", lines[^1]);

        table.WriteCsv(_folder.Combine("table.csv"));
        string[][] rows = [.. File.ReadLines(_folder.Combine("table.csv")).Select(line => line.Split(','))];
        Assert.Equal(["row", "start", "majority", "csrs"], rows.Select(row => row[0]));
        Assert.Equal(["test", "test_lower", "test_upper"], rows[0][^3..]);
        Assert.All(rows, row => Assert.Equal(rows[0].Length, row.Length));
        Assert.Equal("0.52", rows[3][^3]);
        Assert.Equal("0.4601", rows[3][5]);
    }

    [Theory]
    [InlineData("figure-5", 0.3, 0.2, "the token entropy under csrs minus that under majority is +0.100 (+0.100 to +0.100), as the paper's claim has it.")]
    [InlineData("figure-5", 0.2, 0.3, "is -0.100 (-0.100 to -0.100), the opposite of the paper's claim.")]
    [InlineData("figure-3", 0.2, 0.3, "the share of high-confidence problems under csrs minus that under majority is -0.050 (-0.050 to -0.050), as the paper's claim has it.")]
    [InlineData("figure-3", 0.2, 0.2, "cannot be told from chance")]
    public void A_curve_is_judged_by_its_end(string name, double csrs, double majority, string sentence)
    {
        Comparison comparison = new(
            [
                .. Runs("majority", 0.5, 0.5, samples: 8, majority),
                .. Runs("csrs", 0.5, 0.5, samples: 48, csrs),
            ],
            "majority");
        Assert.Contains(sentence, Of(PaperTables.Named(name), comparison).Verdicts().Single());
    }

    [Fact]
    public void A_figure_without_numbers_is_to_be_looked_at() => Assert.StartsWith(
        "Our notes have none of the paper's numbers", Of(PaperTables.Named("figure-4"), Methods).Verdicts().Single());

    [Fact]
    public void A_curve_that_nobody_measured_is_not_judged() => Assert.Equal(
        ["No run has measured the token entropy."],
        Of(
            PaperTables.Named("figure-5"),
            new Comparison(
                [SyntheticOutcome.Of("majority", 0, 0.5, 0.5), SyntheticOutcome.Of("csrs", 0, 0.5, 0.5)], "majority"))
            .Verdicts());

    private static ReproducedTable Of(PaperTable table, Comparison comparison) =>
        new(table, [new TestedComparison(null, "own.jsonl", comparison)]);

    private static PaperTable WithoutBudgets(string name)
    {
        PaperTable table = PaperTables.Named(name);
        return table with { Rows = [.. table.Rows.Where(row => row.Variant?.BudgetOf is null)] };
    }

    private static Outcome[] Runs(string method, double first, double second, int samples, double? entropy = 0.4) =>
    [
        .. new[] { first, second }.Select((final, seed) =>
            SyntheticOutcome.Of(method, seed, 0.5, final, SyntheticOutcome.Step(1, entropy, 1000, 500, 2)) with { Samples = samples }),
    ];
}
