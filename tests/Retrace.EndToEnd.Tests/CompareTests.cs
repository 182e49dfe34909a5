using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Methods compared, as a user's shell sees it.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_done_is_not_done_again()
    {
        RetraceProcess first = await CompareAsync();
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Matches(@"\nstart +\d+\.\d \(", first.Output);
        Assert.Matches(@"\ncsrs +2  \d+\.\d \(", first.Output);
        Assert.Matches(@"\nmajority-budget +2  \d+\.\d \(", first.Output);
        Assert.Equal(3 * 2, Count(first.Output, "test accuracy"));
        string[] table = await File.ReadAllLinesAsync(
            Path.Combine(Output, "comparison.csv"), TestContext.Current.CancellationToken);
        Assert.Equal(["method", "start", "csrs", "majority-budget"], table.Select(line => line.Split(',')[0]));
        string page = await File.ReadAllTextAsync(
            Path.Combine(Output, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("majority-budget, mean of 2 seeds", page);

        Dictionary<string, DateTime> written = Runs();
        Assert.Contains(Path.Combine("runs", "csrs", "seed-1", "test.json"), written.Keys);
        RetraceProcess again = await CompareAsync();
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.Equal(written, Runs());
        Assert.Equal(0, Count(again.Output, "step 1/1"));
        Assert.Equal(table, await File.ReadAllLinesAsync(
            Path.Combine(Output, "comparison.csv"), TestContext.Current.CancellationToken));

        string lost = Path.Combine("runs", "csrs", "seed-1");
        Directory.Delete(Path.Combine(Output, lost), recursive: true);
        RetraceProcess mended = await CompareAsync();
        Assert.Equal((0, ""), (mended.ExitCode, mended.Error));
        Assert.Equal(1, Count(mended.Output, "step 1/1"));
        Assert.Equal(written.Keys.Where(IsNoEvent), Runs().Keys.Where(IsNoEvent));
        Assert.All(
            Runs().Where(file => !file.Key.StartsWith(lost, StringComparison.Ordinal)),
            file => Assert.Equal(written[file.Key], file.Value));

        RetraceProcess shorter = await CompareAsync("--limit", "2");
        Assert.Equal((0, ""), (shorter.ExitCode, shorter.Error));
        Assert.Equal(0, Count(shorter.Output, "step 1/1"));
        JsonNode test = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(Output, lost, "test.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(2, (int)test["summary"]!["problems"]!);

        RetraceProcess other = await CompareAsync("--set", "learn.kl=0.5");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("learn.kl is 0.5, and 0.01 in the run in", other.Error);
    }

    [Theory]
    [InlineData("no method \"majorty\"; did you mean \"majority\"?", "--methods", "majorty")]
    [InlineData("--seeds is 1,1,", "--seeds", "1,1")]
    [InlineData("--seeds is none,", "--seeds", "none")]
    [InlineData("--samples is 0,", "--samples", "0")]
    [InlineData("--parallel is 0,", "--parallel", "0")]
    [InlineData("did you mean \"learn.kl\"?", "--variant", "mine:learn.kll=1")]
    public async Task Bad_usage_is_one_sentence_and_leaves_nothing_behind(string fragment, params string[] options)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync([.. Shared(), .. options]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(fragment, refused.Error);
        Assert.Equal(1, Count(refused.Error, "\n"));
        Assert.False(Directory.Exists(Output));
    }

    private string Output => Path.Combine(_folder, "comparison");

    private Task<RetraceProcess> CompareAsync(params string[] more) => RetraceProcess.RunAsync(
    [
        .. Shared(), "--methods", "csrs,majority-budget", "--seeds", "2", "--samples", "2", "--steps", "1",
        "--set", "data.batch=2", "--set", "rollout.group=2", "--set", "retrace.samples=1",
        "--set", "rollout.max_response_tokens=16", .. more.Contains("--limit") ? more : ["--limit", "3", .. more],
    ]);

    private string[] Shared() =>
    [
        "compare", "--model", Repository.Model,
        "--data", Repository.FewTrainingProblems,
        "--test", Path.Combine(Repository.Root, "data", "geometry", "test.jsonl"), "--output", Output,
    ];

    // When the files of runs and of tests were written, by their paths in the comparison's folder.
    private Dictionary<string, DateTime> Runs() => new(
        from part in new[] { "runs", "start" }
        from file in Directory.EnumerateFiles(Path.Combine(Output, part), "*", SearchOption.AllDirectories)
        orderby file
        select KeyValuePair.Create(Path.GetRelativePath(Output, file), File.GetLastWriteTimeUtc(file)));

    // TensorBoard's files have the time and the process in their names.
    private static bool IsNoEvent(string path) =>
        !Path.GetFileName(path).StartsWith("events.", StringComparison.Ordinal);

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
