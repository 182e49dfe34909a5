using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>The scripts of benchmarks/beside-pytorch, where there is a Python with torch and transformers.</summary>
public sealed class BesidePyTorchTests : IDisposable
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "benchmarks", "beside-pytorch");

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Both_sides_take_the_same_work_and_come_to_a_table()
    {
        await NeedAsync("import torch, transformers, PIL");
        string output = Path.Combine(_folder, "figures.json");
        RetraceProcess run = await PythonAsync(
            Path.Combine(Scripts, "beside.py"), "--small", "--rounds", "1", "--only", "step-8", "--threads", "1",
            "--retrace", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll")}",
            "--model", Repository.Model, "--output", output);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonArray rows = JsonNode.Parse(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken))!["rows"]!
            .AsArray();
        Assert.Equal(
            ["rollouts, tokens/s", "learning, response tokens/s", "peak memory, GiB", "start until the first step, s"],
            rows.Select(row => row!["quantity"]!.GetValue<string>()));
        Assert.All(rows, row => Assert.InRange(row!["ratio"]!.GetValue<double>(), 1e-3, 1e3));
    }

    // The figure of docs/performance.md: a change that adds an operation to each block adds 36.
    [Fact]
    public async Task A_step_of_decoding_starts_as_many_kernels_as_the_documentation_says()
    {
        await NeedAsync("import torch");
        RetraceProcess run = await PythonAsync(Path.Combine(Scripts, "operations.py"));
        Assert.True(run.ExitCode == 0, run.Error);
        string figure = run.Output.Split('\n').Single(line => line.Contains(" launches, ")).Split(" launches")[0];
        Assert.Contains(
            $"{figure} launches",
            await File.ReadAllTextAsync(
                Path.Combine(Repository.Root, "docs", "performance.md"), TestContext.Current.CancellationToken));
    }

    private static async Task NeedAsync(string import)
    {
        RetraceProcess? tried = null;
        try
        {
            tried = await PythonAsync("-c", import);
        }
        catch (Win32Exception)
        {
            // There is no Python at all.
        }
        Assert.SkipUnless(tried is { ExitCode: 0 }, $"There is no Python that can: {import}");
    }

    private static Task<RetraceProcess> PythonAsync(params string[] arguments) =>
        RetraceProcess.EndOfAsync(Process.Start(new ProcessStartInfo("python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
}
