using System.Text.Json;
using Retrace.Testing;

namespace Retrace.Packages.Tests;

/// <summary>The programs of <c>samples/</c>, which see nothing of Retrace but its packages.</summary>
public sealed class SampleTests(LocalFeed feed) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Generate_answers_a_question()
    {
        string answer = await RunAsync("Generate", Shipped.Model, "What is shown?");
        Assert.False(string.IsNullOrWhiteSpace(answer));
    }

    [Fact]
    public async Task OwnReward_evolves_by_a_rule_that_the_run_names()
    {
        string run = _folder.Combine("run");
        string output = await RunAsync("OwnReward", Shipped.Model, Problems(), run, "1");
        Assert.Contains(Path.Combine(run, "checkpoints", "step-1"), output);
        Assert.Contains("rule: RareButStable", File.ReadAllText(Path.Combine(run, "config.yaml")));
    }

    [Fact]
    public async Task OwnProblems_evolves_on_images_that_it_makes()
    {
        string output = await RunAsync("OwnProblems", Shipped.Model, _folder.Combine("run"), "1");
        Assert.StartsWith("16 problems", output);
    }

    [Fact]
    public async Task ScoreFile_measures_every_problem()
    {
        string results = _folder.Combine("results.json");
        Assert.StartsWith("4 problems, accuracy", await RunAsync("ScoreFile", Shipped.Model, Problems(), results));
        using var written = JsonDocument.Parse(File.ReadAllBytes(results));
        Assert.Equal(4, written.RootElement.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public async Task WatchRun_sees_each_stage_and_leaves_a_report()
    {
        string run = _folder.Combine("run");
        string output = await RunAsync("WatchRun", Shipped.Model, Problems(), run, "1");
        Assert.Contains("step 1: retracing", output);
        Assert.Contains("1 steps; the model is in", output);
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
    }

    private string Problems() =>
        _folder.Write("problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TrainingProblems).Take(4)));

    private Task<string> RunAsync(string sample, params string[] arguments) =>
        Command.RunAsync(_folder.Combine(""), "dotnet", [feed.Sample(sample), .. arguments]);
}
