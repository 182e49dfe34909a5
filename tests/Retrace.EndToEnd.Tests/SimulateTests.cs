namespace Retrace.EndToEnd.Tests;

public sealed class SimulateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Collapse_is_printed_and_drawn()
    {
        RetraceProcess simulated = await RetraceInProcess.RunAsync(
            "simulate", "collapse", "--probabilities", "0.5,0.3,0.2", "--right", "1", "--beta", "1",
            "--iterations", "4", "--sampled-groups", "10", "--output", _folder);
        Assert.Equal((0, ""), (simulated.ExitCode, simulated.Error));
        // 0.3 / (0.5 e + 0.5) after one iteration.
        Assert.Matches(@"majority, infinitely many votes +0\.300 +0\.161 ", simulated.Output);
        Assert.Contains($"the figures are in {Path.Combine(_folder, "collapse.html")}", simulated.Output);
        Assert.True(File.Exists(Path.Combine(_folder, "collapse.html")));
        Assert.True(File.Exists(Path.Combine(_folder, "collapse-entropy-previous.svg")));
        Assert.Equal(
            1 + 2 * 6 * 5,
            (await File.ReadAllLinesAsync(
                Path.Combine(_folder, "collapse.csv"), TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task Contrastive_factors_are_printed_for_every_reward_and_over_frequencies()
    {
        RetraceProcess simulated = await RetraceInProcess.RunAsync(
            "simulate", "contrast", "--beta", "0.5", "--rounds", "3", "--group", "4", "--samples", "2", "--sampled-groups",
            "5", "--output", _folder);
        Assert.Equal((0, ""), (simulated.ExitCode, simulated.Error));
        Assert.Contains("G = R' / R, R = P(0) / P(4); the most there is, e^η = 7.389", simulated.Output);
        Assert.Matches(@"majority indicator, exact +7\.389 +7\.389 +7\.389\n", simulated.Output);
        Assert.Matches(@"sfr, exact, n 4, m 2 +\d\.\d{3} ", simulated.Output);
        Assert.Matches(@"released, sampled, n 4, m 2 +\d+\.\d{3} ", simulated.Output);
        Assert.Matches(@"self-certainty, sampled, n 4, m 2 +1\.000 +1\.000 +1\.000\n", simulated.Output);
        Assert.Matches(@"majority indicator, G_MV: P\(x₁\), by P\(x₂\) +0\.05 +0\.10 ", simulated.Output);
        Assert.True(File.Exists(Path.Combine(_folder, "contrast.html")));
        Assert.True(File.Exists(Path.Combine(_folder, "contrast-sampled.svg")));
        string[] rows = await File.ReadAllLinesAsync(
            Path.Combine(_folder, "contrast.csv"), TestContext.Current.CancellationToken);
        Assert.StartsWith("\"majority indicator\",,,0,1,7.389056", rows[1]);
    }

    [Fact]
    public async Task Survival_repeats_with_its_seed()
    {
        string[] command =
        [
            "simulate", "survival", "--problems", "20", "--updates", "10", "--gaps", "0,0.3", "--seeds", "2", "--seed",
        ];
        RetraceProcess first = await RetraceInProcess.RunAsync([.. command, "5"]);
        RetraceProcess again = await RetraceInProcess.RunAsync([.. command, "5"]);
        RetraceProcess other = await RetraceInProcess.RunAsync([.. command, "6"]);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Matches(@"right answer +0\.00 +0\.30", first.Output);
        Assert.Matches(@"survival λ 0\.75 +0\.\d{3} ±0\.\d{3} +0\.\d{3}", first.Output);
        Assert.Equal(first.Output, again.Output);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Theory]
    [InlineData("The survival gap is 0.9", "survival", "--gaps", "0.9")]
    [InlineData("--gaps is 0;1, but must be numbers separated by commas", "survival", "--gaps", "0;1")]
    [InlineData("The probabilities are 0.5, 0.6", "collapse", "--probabilities", "0.5,0.6")]
    [InlineData("The right answer is 5", "collapse", "--right", "5")]
    [InlineData("There are 0 problems", "survival", "--problems", "0")]
    public async Task Bad_usage_is_refused(string complaint, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["simulate", .. arguments]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith($"retrace: {complaint}", refused.Error);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }
}
