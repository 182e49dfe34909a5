using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Runs on some problems of those that ship, by one process and by several that Open MPI's mpirun starts.</summary>
public abstract class MpiRuns : IDisposable
{
    /// <summary>Steps that no test waits for.</summary>
    protected const int Endless = 1000;

    /// <summary>How far numbers may lie apart, relative to what they are.</summary>
    protected const double Tolerance = 1e-5;

    protected MpiRuns()
    {
        Assert.SkipUnless(MpiJob.IsPossible, MpiJob.Missing);
        Problems = Path.Combine(Folder, "problems.jsonl");
        File.WriteAllLines(Problems, File.ReadLines(Repository.TrainingProblems).Take(12));
    }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    protected string Problems { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A run by one process, which is the tests' own.</summary>
    protected static async Task AloneAsync(params string[] arguments) =>
        AssertDone(await RetraceInProcess.RunAsync(arguments));

    /// <summary>A run by several processes.</summary>
    protected static async Task TogetherAsync(int processes, params string[] arguments) =>
        AssertDone(await MpiJob.RunAsync(processes, arguments));

    private protected static void AssertDone(RetraceProcess ended) => Assert.Equal((0, ""), (ended.ExitCode, ended.Error));

    protected Task<Process> StartAsync(string run, int steps, params string[] settings) =>
        StartAsync(run, steps, Endless, settings);

    /// <summary>Returns when so many steps of all are done, with the job at work on the next.</summary>
    protected async Task<Process> StartAsync(string run, int steps, int of, params string[] settings)
    {
        Process job = MpiJob.Start(2, [.. Arguments(run, of), .. settings]);
        await RetraceProcess.UntilStepsAsync(job, Path.Combine(Folder, run), steps);
        return job;
    }

    protected string[] Arguments(string run, int steps) =>
    [
        "evolve", "--model", Repository.Model, "--data", Problems,
        "--output", Path.Combine(Folder, run), "--steps", $"{steps}",
        "--set", "data.batch=5", "--set", "rollout.group=3", "--set", "retrace.samples=2",
        "--set", "learn.mini_batch=8", "--set", "learn.micro_batch_tokens=600", "--set", "learn.kl=0.01",
        "--set", "learn.learning_rate=1e-5", "--set", "learn.warmup_steps=0",
        "--set", "model.dtype=fp32", "--set", "checkpoint.every=1", "--set", "threads=1",
    ];

    protected string FileOf(string run, int step, string file) =>
        Path.Combine(Folder, run, "checkpoints", $"step-{step}", file);

    protected string TextOf(string run, string file) => File.ReadAllText(Path.Combine(Folder, run, file));

    protected JsonObject[] MetricsOf(string run) => RepeatableMetrics.Of(Path.Combine(Folder, run));

    protected void AssertSameMetrics(string expected, string actual)
    {
        JsonObject[] expectedLines = MetricsOf(expected);
        JsonObject[] actualLines = MetricsOf(actual);
        Assert.Equal(expectedLines.Length, actualLines.Length);
        foreach ((JsonObject expectedLine, JsonObject actualLine) in expectedLines.Zip(actualLines))
        {
            Assert.Equal(expectedLine.Select(pair => pair.Key), actualLine.Select(pair => pair.Key));
            foreach ((string key, JsonNode? value) in expectedLine)
            {
                if (value is JsonValue number && number.TryGetValue(out double wanted))
                {
                    double got = actualLine[key]!.GetValue<double>();
                    Assert.True(Math.Abs(got - wanted) <= Tolerance * (1 + Math.Abs(wanted)), $"{actual}, {key}: {got} instead of {wanted}");
                }
                else
                {
                    Assert.Equal(value?.ToJsonString(), actualLine[key]?.ToJsonString());
                }
            }
        }
    }
}
