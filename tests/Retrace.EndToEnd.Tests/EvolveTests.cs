using System.Diagnostics;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>The main job, as a user's shell sees it.</summary>
public sealed class EvolveTests : IDisposable
{
    private const int Endless = 1000; // Steps that no test waits for.

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Ctrl-C leaves a checkpoint, from which the run is taken up, and SIGKILL none, so that steps are taken once more.
    [Fact]
    public async Task An_interrupted_and_then_killed_run_resumes_to_the_numbers_of_an_unbroken_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        using Process interrupted = await StartAsync(steps: 2, Arguments("broken", Endless));
        // Handled as Ctrl-C is; SIGINT itself is ignored by all that a shell starts in the background.
        using Process signal = Process.Start("kill", ["-TERM", $"{interrupted.Id}"]);
        Task<string> output = interrupted.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await interrupted.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, interrupted.ExitCode);
        Assert.Contains("--resume", await output);
        int done = MetricsOf("broken").Length;
        Assert.InRange(done, 2, Endless - 1);
        string checkpoints = Path.Combine(_folder, "broken", "checkpoints");
        Assert.True(File.Exists(Path.Combine(checkpoints, $"step-{done}", "trainer", "state.json")));

        using Process killed = await StartAsync(steps: done + 1, [.. Arguments("broken", Endless), "--resume"]);
        killed.Kill(entireProcessTree: true);
        await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        int left = MetricsOf("broken").Length;
        Assert.InRange(left, done + 1, Endless - 1);
        Assert.Single(Directory.EnumerateDirectories(checkpoints, "step-*"));

        int steps = left + 1;
        RetraceProcess resumed = await RetraceProcess.RunAsync([.. Arguments("broken", steps), "--resume"]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        RetraceProcess whole = await RetraceInProcess.RunAsync(Arguments("whole", steps));
        Assert.Equal((0, ""), (whole.ExitCode, whole.Error));
        Assert.Equal(steps, MetricsOf("whole").Length);
        Assert.Equal(MetricsOf("whole"), MetricsOf("broken"));
        Assert.All(
            ["config.yaml", "metrics.jsonl", "trajectories.jsonl", "report.html", $"checkpoints/step-{steps}/config.json"],
            file => Assert.True(File.Exists(Path.Combine(_folder, "whole", file)), file));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_folder, "whole"), "events.out.tfevents.*"));
    }

    [Fact]
    public async Task The_demo_compares_its_methods_and_writes_their_curves()
    {
        RetraceProcess demo = await RetraceProcess.RunAsync(
            "demo", "--steps", "1", "--seed", "3", "--limit", "20", "--output", _folder);
        Assert.Equal((0, ""), (demo.ExitCode, demo.Error));
        Assert.Matches(@"before .*\d\d\.\d %", demo.Output);
        Assert.All(["grounded-vote", "csrs", "majority"], method =>
        {
            Assert.Matches(method + @" .*\d\d\.\d %", demo.Output);
            Assert.Equal(2, MetricsOf(method).Length);
        });
        Assert.Contains("<svg", await File.ReadAllTextAsync(
            Path.Combine(_folder, "report.html"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_cannot_be_used_is_one_sentence_and_leaves_nothing_behind()
    {
        string model = Path.Combine(_folder, "model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.EnumerateFiles(Repository.Model))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }
        await CutShortAsync(Path.Combine(model, "model.safetensors"));
        await RefusedAsync("model.safetensors", "--model", model, "--data", Data(), "--output", Run());
        await RefusedAsync("does not exist", "--model", "nowhere", "--data", Data(), "--output", Run());
        await RefusedAsync("no such data file", "--model", Tiny(), "--data", "none.jsonl", "--output", Run());
        await RefusedAsync("line 2", "--model", Tiny(), "--data", Broken(), "--output", Run());
        await RefusedAsync(
            "did you mean \"learn.kl\"", "--model", Tiny(), "--data", Data(), "--output", Run(), "--set", "learn.kll=1");
        await RefusedAsync("holds no run", "--model", Tiny(), "--data", Data(), "--output", Run(), "--resume");
        await RefusedAsync("needs --data", "--model", Tiny(), "--output", Run());
        Assert.False(Directory.Exists(Run()));

        string Data() => Repository.FewTrainingProblems;
        string Tiny() => Repository.Model;
        string Run() => Path.Combine(_folder, "run");
        string Broken()
        {
            string path = Path.Combine(_folder, "broken.jsonl");
            File.WriteAllText(path, "{\"question\":\"?\"}\n{\"question\":\n");
            return path;
        }
    }

    private static async Task RefusedAsync(string fragment, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["evolve", .. arguments]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(fragment, refused.Error);
        Assert.Equal(1, refused.Error.Count(character => character == '\n'));
    }

    private static async Task CutShortAsync(string path)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        byte[] bytes = await File.ReadAllBytesAsync(path, cancellation);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], cancellation);
    }

    // Returns when so many steps of the broken run are done, with the process at work on the next.
    private async Task<Process> StartAsync(int steps, string[] arguments)
    {
        Process process = RetraceProcess.Start(arguments);
        await RetraceProcess.UntilStepsAsync(process, Path.Combine(_folder, "broken"), steps);
        return process;
    }

    private string[] Arguments(string run, int steps) =>
    [
        "evolve", "--model", Repository.Model,
        "--data", Repository.FewTrainingProblems,
        "--output", Path.Combine(_folder, run), "--steps", $"{steps}",
        "--set", "data.batch=2", "--set", "rollout.group=4", "--set", "retrace.samples=2", "--set", "learn.mini_batch=4",
        "--set", "checkpoint.every=1000", // So that a checkpoint is an interruption's.
    ];

    private string[] MetricsOf(string run) =>
        [.. RepeatableMetrics.Of(Path.Combine(_folder, run)).Select(metrics => metrics.ToJsonString())];
}
