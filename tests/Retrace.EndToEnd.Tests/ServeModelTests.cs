using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Servers and a run over them, each a process of its own.</summary>
public sealed class ServeModelTests : IDisposable
{
    private const string Variable = "RETRACE_TEST_KEY";
    private const string Token = "token-of-the-test";

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_over_two_servers_outlives_one_of_them()
    {
        (Process one, string first) = await ServeAsync();
        (Process other, string second) = await ServeAsync();
        try
        {
            string run = Path.Combine(_folder, "run");
            using Process evolve = StartWithToken(
                "evolve", "--model", Repository.Model, "--data", Repository.TrainingProblems,
                "--output", run, "--steps", "3",
                "--set", "data.batch=4", "--set", "rollout.group=4", "--set", "retrace.samples=2",
                "--set", "learn.mini_batch=8", "--set", "rollout.engine=openai",
                "--set", $"rollout.servers={first} {second}", "--set", $"rollout.api_key_variable={Variable}",
                "--set", "rollout.server_api=sglang", "--set", "rollout.samples_per_request=1");
            Task<string> output = evolve.StandardOutput.ReadToEndAsync(Cancellation);
            Task<string> error = evolve.StandardError.ReadToEndAsync(Cancellation);
            string metrics = Path.Combine(run, "metrics.jsonl");
            while (!evolve.HasExited && (!File.Exists(metrics) || !File.ReadLines(metrics).Any()))
            {
                await Task.Delay(20, Cancellation);
            }
            one.Kill(entireProcessTree: true);
            await evolve.WaitForExitAsync(Cancellation);
            Assert.Equal((0, ""), (evolve.ExitCode, await error));
            JsonNode[] steps = [.. File.ReadLines(metrics).Select(line => JsonNode.Parse(line)!)];
            Assert.Equal([1, 2, 3], steps.Select(step => (int)step["step"]!));
            Assert.True(steps.Sum(step => (int)step["failed_requests"]!) > 0);
            Assert.DoesNotContain(Token, await output);
            Assert.DoesNotContain(
                Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories),
                file => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Token)) >= 0);
        }
        finally
        {
            foreach (Process server in new[] { one, other })
            {
                server.Kill(entireProcessTree: true);
                await server.WaitForExitAsync(Cancellation);
                server.Dispose();
            }
        }
    }

    [Fact]
    public async Task What_would_be_open_to_everybody_is_refused()
    {
        RetraceProcess open = await RetraceProcess.RunAsync(
            "serve-model", "--model", Repository.Model, "--host", "0.0.0.0");
        Assert.Equal((2, ""), (open.ExitCode, open.Output));
        Assert.Contains("--api-key-file", open.Error);
        RetraceProcess unset = await RetraceProcess.RunAsync(
            "serve-model", "--model", Repository.Model, "--api-key-env", "RETRACE_NOT_SET");
        Assert.Equal(2, unset.ExitCode);
        Assert.Contains("RETRACE_NOT_SET", unset.Error);
    }

    private async Task<(Process Server, string Address)> ServeAsync()
    {
        Process server = StartWithToken(
            "serve-model", "--model", Repository.Model, "--port", "0", "--api-key-env", Variable,
            "--updates-from", _folder);
        if (await server.StandardOutput.ReadLineAsync(Cancellation) is not string line)
        {
            throw new InvalidOperationException(await server.StandardError.ReadToEndAsync(Cancellation));
        }
        string address = line.Split(' ').Single(word => word.StartsWith("http://", StringComparison.Ordinal));
        return (server, address[..^"/v1".Length]);
    }

    private static Process StartWithToken(params string[] arguments)
    {
        Environment.SetEnvironmentVariable(Variable, Token); // Inherited, and no argument that others could read.
        return RetraceProcess.Start(arguments);
    }
}
