using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Servers and a run over them, each a process of its own.</summary>
public sealed class ServeModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_over_two_servers_outlives_one_of_them()
    {
        await using ServedModel one = await ServedModel.StartAsync(_folder);
        await using ServedModel other = await ServedModel.StartAsync(_folder);
        string run = Path.Combine(_folder, "run");
        using Process evolve = RetraceProcess.Start(
            "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems,
            "--output", run, "--steps", "3",
            "--set", "data.batch=2", "--set", "rollout.group=2", "--set", "retrace.samples=2",
            "--set", "rollout.engine=openai",
            "--set", $"rollout.servers={one.Address} {other.Address}",
            "--set", $"rollout.api_key_variable={ServedModel.Variable}",
            "--set", "rollout.server_api=sglang", "--set", "rollout.samples_per_request=1");
        Task<string> output = evolve.StandardOutput.ReadToEndAsync(Cancellation);
        Task<string> error = evolve.StandardError.ReadToEndAsync(Cancellation);
        string metrics = Path.Combine(run, "metrics.jsonl");
        while (!evolve.HasExited && (!File.Exists(metrics) || !File.ReadLines(metrics).Any()))
        {
            await Task.Delay(20, Cancellation);
        }
        await one.KillAsync();
        await evolve.WaitForExitAsync(Cancellation);
        Assert.Equal((0, ""), (evolve.ExitCode, await error));
        JsonNode[] steps = [.. File.ReadLines(metrics).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal([1, 2, 3], steps.Select(step => (int)step["step"]!));
        Assert.True(steps.Sum(step => (int)step["failed_requests"]!) > 0);
        Assert.DoesNotContain(ServedModel.Token, await output);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories),
            file => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(ServedModel.Token)) >= 0);
    }

    [Fact]
    public async Task What_would_be_open_to_everybody_is_refused()
    {
        RetraceProcess open = await RetraceInProcess.RunAsync(
            "serve-model", "--model", Repository.Model, "--host", "0.0.0.0");
        Assert.Equal((2, ""), (open.ExitCode, open.Output));
        Assert.Contains("--api-key-file", open.Error);
        RetraceProcess unset = await RetraceInProcess.RunAsync(
            "serve-model", "--model", Repository.Model, "--api-key-env", "RETRACE_NOT_SET");
        Assert.Equal(2, unset.ExitCode);
        Assert.Contains("RETRACE_NOT_SET", unset.Error);
    }
}
