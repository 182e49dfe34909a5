using Retrace.Evaluation.Comparisons;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class ComparisonTableTests : IDisposable
{
    private static readonly Outcome[] TwoSeeds =
    [
        SyntheticOutcome.Of("csrs", 0, 0.50, 0.53, SyntheticOutcome.Step(1, 0.4, 1000, 500, 2)) with { Samples = 48 },
        SyntheticOutcome.Of("csrs", 1, 0.50, 0.52, SyntheticOutcome.Step(1, 0.4, 1000, 600, 4)) with { Samples = 48 },
        SyntheticOutcome.Of("majority", 0, 0.50, 0.49, SyntheticOutcome.Step(1)) with { Samples = 8 },
        SyntheticOutcome.Of("majority", 1, 0.50, 0.49, SyntheticOutcome.Step(1)) with { Samples = 9 },
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_give_percent_with_intervals()
    {
        Comparison comparison = new(TwoSeeds, "majority");
        Assert.Equal(
            [
                "", "seeds", "accuracy", "change", "against majority", "pass@4", "maj@4", "entropy", "high confidence",
                "samples", "tokens", "seconds",
            ],
            ComparisonTable.Heading(comparison));
        string[][] rows = [.. ComparisonTable.Rows(comparison)];
        Assert.Equal(["start", "", "50.0 (50.0 to 50.0)", "", "", "70.0", "60.0", "", "", "", "", ""], rows[0]);
        Assert.Equal(
            [
                // Half a point to either side of the mean, times 12.706205.
                "csrs", "2", "52.5 (46.1 to 58.9)", "+2.5 (-3.9 to +8.9)", "+3.5 (-2.9 to +9.9)", "72.5", "62.5",
                "0.400", "20.0", "48", "1,550", "3",
            ],
            rows[1]);
        Assert.Equal(
            ["majority", "2", "49.0 (49.0 to 49.0)", "-1.0 (-1.0 to -1.0)", "", "69.0", "59.0", "", "", "8.5", "0", "0"],
            rows[2]);
        Assert.Contains("100 test problems, 4 samples each", ComparisonTable.Note(comparison));
    }

    [Fact]
    public void One_seed_has_no_intervals_and_no_baseline_no_column()
    {
        Comparison comparison = new([TwoSeeds[0]], null);
        Assert.DoesNotContain("against majority", ComparisonTable.Heading(comparison));
        string[] row = ComparisonTable.Rows(comparison).Last();
        Assert.Equal(["csrs", "1", "53.0", "+3.0", "73.0", "63.0", "0.400", "20.0", "48", "1,500", "2"], row);
    }

    [Fact]
    public void Markdown_has_the_table_and_what_it_means()
    {
        string path = _folder.Combine("comparison.md");
        Comparison comparison = new(TwoSeeds, "majority");
        ComparisonTable.WriteMarkdown(comparison, path);
        string[] lines = File.ReadAllLines(path);
        Assert.StartsWith("|  | seeds | accuracy | change | against majority |", lines[0]);
        Assert.StartsWith("| --- | ---: |", lines[1]);
        Assert.StartsWith("| csrs | 2 | 52.5 (46.1 to 58.9) |", lines[3]);
        Assert.Equal(["", ComparisonTable.Note(comparison), ""], lines[5..8]);
        Assert.All(lines[..5], line => Assert.Equal(13, line.Count(letter => letter == '|')));
        Assert.Equal(
            [
                "|  | problems | start | csrs | majority |",
                "| --- | ---: | ---: | ---: | ---: |",
                "| easy | 100 | 50.0 (50.0 to 50.0) | 52.5 (46.1 to 58.9) | 49.0 (49.0 to 49.0) |",
                "| hard | 100 | 20.0 (20.0 to 20.0) | 21.0 (18.5 to 23.5) | 19.6 (19.6 to 19.6) |",
            ],
            lines[^4..]);
    }

    [Fact]
    public void Csv_has_fractions_and_gaps()
    {
        string path = _folder.Combine("comparison.csv");
        ComparisonTable.WriteCsv(new Comparison([TwoSeeds[0], TwoSeeds[2]], "majority"), path);
        string[][] rows = [.. File.ReadLines(path).Select(line => line.Split(','))];
        Assert.Equal(["method", "start", "csrs", "majority"], rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal(rows[0].Length, row.Length));
        Assert.Equal("0.53", Cell("csrs", "accuracy"));
        Assert.Equal("", Cell("csrs", "accuracy_lower"));
        Assert.Equal("48", Cell("csrs", "samples"));
        Assert.Equal("1500", Cell("csrs", "tokens"));
        Assert.Equal(0.04, double.Parse(Cell("csrs", "against_baseline"), null), 12);
        Assert.Equal("", Cell("majority", "against_baseline"));
        Assert.Equal("", Cell("start", "seeds"));

        string Cell(string method, string column) =>
            rows.Single(row => row[0] == method)[Array.IndexOf(rows[0], column)];
    }
}
