using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Retrace.EndToEnd.Tests;

/// <summary>The live page beside a real run, as a user's shell sees both.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_is_watched_and_stopped_with_a_checkpoint()
    {
        string directory = Path.Combine(_folder, "run");
        using Process run = RetraceProcess.Start(
            "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--output", directory,
            "--steps", "1000", "--set", "data.batch=2", "--set", "rollout.group=2", "--set", "retrace.samples=1",
            "--set", "checkpoint.every=1000");
        Task<string> output = run.StandardOutput.ReadToEndAsync(Cancellation);
        Task<string> error = run.StandardError.ReadToEndAsync(Cancellation);
        using Process serve = RetraceProcess.Start("serve", _folder, "--port", "0");
        string address = Regex.Match(await LineAsync(serve), "http://127.0.0.1:[0-9]+/").Value;
        string token = Regex.Match(await LineAsync(serve), "[0-9a-f]{32}").Value;
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        await UntilAsync(async () =>
            Regex.IsMatch(await client.GetStringAsync("/metrics", Cancellation), "retrace_step{run=\"run\".*} [1-9]"));
        Assert.Contains("anchor, after", await client.GetStringAsync("/trajectory?name=run&index=0", Cancellation));

        client.DefaultRequestHeaders.Add("Origin", address.TrimEnd('/'));
        using HttpResponseMessage asked = await client.PostAsync(
            "/stop",
            new FormUrlEncodedContent([KeyValuePair.Create("name", "run"), KeyValuePair.Create("token", token)]),
            Cancellation);
        Assert.True(asked.IsSuccessStatusCode);
        await run.WaitForExitAsync(Cancellation);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("interrupted", await error);
        Assert.Contains("--resume goes on from", await output);
        int steps = File.ReadLines(Path.Combine(directory, "metrics.jsonl")).Count();
        Assert.True(Directory.Exists(Path.Combine(directory, "checkpoints", $"step-{steps}")));
        Assert.Matches("stopped, as asked\n$", await File.ReadAllTextAsync(Path.Combine(directory, "log.txt"), Cancellation));
        Assert.False(File.Exists(Path.Combine(directory, "stop")));
        await UntilAsync(async () =>
            (await client.GetStringAsync("/metrics", Cancellation)).Contains("retrace_running{run=\"run\",method=\"csrs\",seed=\"0\"} 0"));

        if (OperatingSystem.IsWindows())
        {
            serve.Kill();
            return;
        }
        using Process signal = Process.Start("kill", ["-TERM", $"{serve.Id}"]);
        await serve.WaitForExitAsync(Cancellation);
        Assert.Equal((0, ""), (serve.ExitCode, await serve.StandardError.ReadToEndAsync(Cancellation)));
    }

    [Theory]
    [InlineData("does not exist", "nowhere")]
    [InlineData("--port", ".", "--port", "70000")]
    public async Task What_cannot_be_served_is_one_sentence(string fragment, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["serve", .. arguments]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(fragment, refused.Error);
    }

    [Fact]
    public async Task Figures_are_written_beside_the_report()
    {
        string run = Path.Combine(_folder, "run");
        Directory.CreateDirectory(run);
        await File.WriteAllTextAsync(
            Path.Combine(run, "metrics.jsonl"),
            "{\"step\":1,\"method\":\"csrs\",\"seed\":0,\"entropy\":0.5}\n{\"step\":2,\"method\":\"csrs\",\"seed\":0,\"entropy\":0.25}\n",
            Cancellation);
        string figures = Path.Combine(_folder, "figures");
        RetraceProcess report = await RetraceInProcess.RunAsync(
            "report", run, "--output", Path.Combine(_folder, "report.html"), "--figures", figures);
        Assert.Equal((0, ""), (report.ExitCode, report.Error));
        Assert.Equal(
            ["entropy.csv", "entropy.png", "entropy.svg"], Directory.GetFiles(figures).Select(Path.GetFileName).Order());
        Assert.Contains("run,measured,2,0.25,,", await File.ReadAllTextAsync(Path.Combine(figures, "entropy.csv"), Cancellation));
    }

    private static async Task<string> LineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(Cancellation) ?? throw new InvalidOperationException(
            await process.StandardError.ReadToEndAsync(Cancellation));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(100, Cancellation);
        }
    }
}
