namespace Retrace.Evaluation.Comparisons;

/// <summary>The folder of a comparison: its runs, its tests, and what is written about them.</summary>
/// <param name="Path">The folder's path; it is made when something is written.</param>
public sealed record ComparisonFolder(string Path)
{
    /// <summary>The folder of the tables and the page, where it is not the comparison's own.</summary>
    public string? Tables { get; init; }

    /// <summary>Names the files of the test and its tables, where runs are tested in several ways; null: one test.</summary>
    public string? Test { get; init; }

    /// <summary>The path of the comparison table as Markdown.</summary>
    public string Markdown => AboutRuns($"comparison{Suffix}.md");

    /// <summary>The path of the table's numbers as CSV.</summary>
    public string Csv => AboutRuns($"comparison{Suffix}.csv");

    /// <summary>The path of the HTML page with the curves.</summary>
    public string Report => AboutRuns("report.html");

    private string Runs => Combine("runs");

    private string Suffix => Test is null ? "" : $"-{Test}";

    /// <summary>The run folder of a method with a seed.</summary>
    public string RunOf(string method, long seed) => System.IO.Path.Combine(Runs, method, $"seed-{seed}");

    /// <summary>The test of a run's last checkpoint.</summary>
    public string TestOf(string method, long seed) =>
        System.IO.Path.Combine(RunOf(method, seed), $"test{Suffix}.json");

    /// <summary>The test of the model that all runs start from.</summary>
    public string TestOfStart(long seed) => Combine("start", $"seed-{seed}{Suffix}.json");

    private string AboutRuns(string name) => System.IO.Path.Combine(Tables ?? Path, name);

    private string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
