namespace Retrace.Evaluation.Comparisons;

/// <summary>The folder of a comparison: its runs, its tests, and what is written about them.</summary>
/// <param name="Path">Need not exist yet.</param>
public sealed record ComparisonFolder(string Path)
{
    /// <summary>The path of the comparison table as Markdown.</summary>
    public string Markdown => Combine("comparison.md");

    /// <summary>The path of the table's numbers as CSV.</summary>
    public string Csv => Combine("comparison.csv");

    /// <summary>The path of the HTML page with the curves.</summary>
    public string Report => Combine("report.html");

    private string Runs => Combine("runs");

    /// <summary>The run folder of a method with a seed.</summary>
    public string RunOf(string method, long seed) => System.IO.Path.Combine(Runs, method, $"seed-{seed}");

    /// <summary>The test of a run's last checkpoint.</summary>
    public string TestOf(string method, long seed) => System.IO.Path.Combine(RunOf(method, seed), "test.json");

    /// <summary>The test of the model that all runs start from.</summary>
    public string TestOfStart(long seed) => Combine("start", $"seed-{seed}.json");

    private string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
