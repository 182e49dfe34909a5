namespace Retrace.EndToEnd.Tests;

/// <summary>The paper's tables, as a user's shell sees them.</summary>
public sealed class ReproduceTests
{
    [Fact]
    public async Task A_list_says_what_each_table_costs()
    {
        RetraceProcess list = await RetraceInProcess.RunAsync("reproduce", "--list", "--seeds", "3");
        Assert.Equal((0, ""), (list.ExitCode, list.Error));
        Assert.Matches(@"(?m)^main +15 runs \(5 methods, 3 seeds\) of 40 steps: .*; the paper trained on Geometry3K$", list.Output);
        Assert.Matches(@"(?m)^ablation +30 runs \(10 methods, 3 seeds\) of 40 steps: RRM, SFR and VSP", list.Output);
        Assert.Matches(@"(?m)^omega +15 runs ", list.Output);
        // csrs, four votes, eight more rows of the ablation, and the sweeps' eighteen values but for the method's own four.
        Assert.EndsWith("all of them take 81\n", list.Output);
    }

    [Theory]
    [InlineData("reproduce needs the name of a table; --list shows them")]
    [InlineData("figure-6: our notes of the paper do not say what it shows", "figure-6", "--output", "none")]
    [InlineData("there is no table \"table-2\"; there are main, ", "table-2", "--output", "none")]
    [InlineData("reproduce needs --output", "ablation")]
    [InlineData("--data and --test go with --model", "main", "--output", "none", "--data", "none.jsonl")]
    [InlineData("with --model, reproduce needs --data", "main", "--output", "none", "--model", "none")]
    [InlineData(
        "--test none.jsonl: there is no file or folder none.jsonl",
        "main", "--output", "none", "--model", "none", "--data", "none", "--test", "none.jsonl")]
    [InlineData(
        "There is no benchmark \"vista\"; known are mathvision",
        "main", "--output", "none", "--model", "none", "--data", "none", "--test", "vista=none")]
    [InlineData("under these settings none and vsp are the same run", "ablation", "--output", "none", "--set", "retrace.perturbation=none")]
    public async Task Bad_usage_is_one_sentence_and_leaves_nothing_behind(string fragment, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["reproduce", .. arguments]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(fragment, refused.Error);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists("none"));
    }
}
