using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Evaluation.Reproductions;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Reproductions;

/// <summary>A figure made for real, as small as can be.</summary>
public sealed class ReproductionTests : IDisposable
{
    private static readonly string[] Small =
        ["steps=1", "data.batch=2", "rollout.group=2", "rollout.max_response_tokens=16", "retrace.samples=1"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_tables_and_figures_lie_in_the_folder_and_are_not_made_twice()
    {
        PaperTable table = PaperTables.Named("figure-5");
        ReproducedTable made = Complete(table);
        Assert.Equal(["majority", "csrs"], made.Tests.Single().Comparison.Methods.Select(method => method.Method));
        Assert.Equal([2.0, 4.0], made.Tests.Single().Comparison.Methods.Select(method => method.Samples));
        string[] written = [.. Directory.EnumerateFiles(Output("figure-5")).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal(
            [
                "comparison.csv", "comparison.md", "entropy.csv", "entropy.png", "entropy.svg", "report.html", "table.csv",
                "table.md",
            ],
            written);
        string metrics = Path.Combine(new ComparisonFolder(_folder.Combine("all")).RunOf("csrs", 0), RunFolder.Metrics);
        DateTime trained = File.GetLastWriteTimeUtc(metrics);

        // Another figure of the same runs.
        Complete(PaperTables.Named("figure-4"));
        Assert.Equal(trained, File.GetLastWriteTimeUtc(metrics));
        Assert.Equal("answers-csrs-seed-0-step-1.png", Path.GetFileName(Assert.Single(
            Directory.EnumerateFiles(Output("figure-4"), "*.png"))));
    }

    private string Output(string table) => Path.Combine(_folder.Combine("all"), table);

    private ReproducedTable Complete(PaperTable table) => new Reproduction(
        table,
        Shipped.Model,
        Shipped.TrainingProblems,
        [(null, new HeldOutTest(Shipped.TestProblems, samples: 1, limit: 2))],
        _folder.Combine("all")).Complete(
            Reproduction.PlanOf(
                table, [0], overrides => ConfigurationLayers.Resolve(Shipped.Model, null, [.. Small, .. overrides])),
            TestContext.Current.CancellationToken);
}
