using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>Checkpoints that a disk or a copy has damaged: what is damaged is never loaded.</summary>
public sealed class DamageTests(UnbrokenRun unbroken) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_goes_on_from_the_latest_intact_checkpoint_and_says_so()
    {
        TinyRun run = CopyOfTheUnbrokenRun();
        string damaged = run.CheckpointOf(TinyRun.Steps);
        FlipABit(Path.Combine(damaged, "trainer", "optimizer.safetensors"));
        RetraceProcess resumed = await run.RunAsync();
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(
            $"retrace: {damaged}/trainer/optimizer.safetensors is not what was written: its checksum differs; the run goes on "
            + $"from step {TinyRun.Steps - 1}, and the damaged checkpoint is kept in {damaged}.damaged\n",
            resumed.Error);
        Assert.True(Directory.Exists(damaged + ".damaged"));
        Directory.Delete(damaged + ".damaged", recursive: true);
        run.AssertSameAs(unbroken.Run);
    }

    [Fact]
    public async Task Without_an_intact_checkpoint_a_run_does_not_begin_anew_by_itself()
    {
        TinyRun run = CopyOfTheUnbrokenRun();
        string latest = run.CheckpointOf(TinyRun.Steps);
        FlipABit(Path.Combine(latest, "model.safetensors"));
        File.Delete(Path.Combine(run.CheckpointOf(TinyRun.Steps - 1), "trainer", "state.json"));
        string[] metrics = run.Metrics();
        RetraceProcess refused = await run.RunAsync();
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Equal(
            $"retrace: {latest}/model.safetensors is not what was written: its checksum differs, and there is no intact "
            + $"checkpoint before it in {run.Checkpoints}; put an intact copy there, or remove the folder to begin anew.\n",
            refused.Error);
        Assert.Equal(metrics, run.Metrics());

        string[] input = ["--prompt", "What is the area?", "--max-tokens", "4"];
        RetraceProcess generating = await RetraceProcess.RunAsync(["generate", "--model", latest, .. input]);
        Assert.Equal((2, ""), (generating.ExitCode, generating.Output));
        Assert.Contains("model.safetensors is not what was written", generating.Error);
        RetraceProcess exporting = await RetraceProcess.RunAsync(
            "export", "--run", run.Directory, "--output", Path.Combine(_folder, "exported"));
        Assert.Equal((2, ""), (exporting.ExitCode, exporting.Output));
        Assert.Contains("model.safetensors is not what was written", exporting.Error);

        Directory.Delete(run.Checkpoints, recursive: true);
        RetraceProcess anew = await run.RunAsync();
        Assert.Equal((0, ""), (anew.ExitCode, anew.Error));
        run.AssertSameAs(unbroken.Run);
    }

    [Fact]
    public async Task What_a_run_was_started_with_is_not_guessed_from_half_a_file()
    {
        TinyRun run = CopyOfTheUnbrokenRun();
        Directory.Delete(run.CheckpointOf(TinyRun.Steps), recursive: true);
        string origin = run.FileOf("origin.json");
        byte[] whole = await File.ReadAllBytesAsync(origin, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(origin, whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);
        string[] metrics = run.Metrics();
        RetraceProcess refused = await run.RunAsync();
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith($"retrace: {origin} does not say what the run was started with: ", refused.Error);
        Assert.EndsWith("put an intact copy there, or remove it to go on without comparing.\n", refused.Error);
        Assert.Equal(1, refused.Error.Count(character => character == '\n'));
        Assert.Equal(metrics, run.Metrics());

        File.Delete(origin);
        RetraceProcess resumed = await run.RunAsync();
        Assert.Equal(0, resumed.ExitCode);
        Assert.Matches("^retrace: the run in .* could not be compared; origin.json keeps them from now on\n$", resumed.Error);
        run.AssertSameAs(unbroken.Run);
    }

    [Fact]
    public async Task Unfinished_last_lines_are_dropped_and_a_broken_one_before_them_is_named()
    {
        TinyRun run = CopyOfTheUnbrokenRun();
        Directory.Delete(run.CheckpointOf(TinyRun.Steps), recursive: true);
        foreach (string file in (string[])["metrics.jsonl", "trajectories.jsonl", "answers.jsonl"])
        {
            byte[] whole = await File.ReadAllBytesAsync(run.FileOf(file), TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(run.FileOf(file), whole[..^9], TestContext.Current.CancellationToken);
        }
        RetraceProcess resumed = await run.RunAsync();
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        run.AssertSameAs(unbroken.Run);

        string[] lines = File.ReadAllLines(run.FileOf("metrics.jsonl"));
        lines[1] = lines[1][..20];
        await File.WriteAllLinesAsync(run.FileOf("metrics.jsonl"), lines, TestContext.Current.CancellationToken);
        RetraceProcess refused = await run.RunAsync();
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith($"retrace: Line 2 of {run.FileOf("metrics.jsonl")} is no record of a run", refused.Error);
    }

    private TinyRun CopyOfTheUnbrokenRun()
    {
        TinyRun run = new(Path.Combine(_folder, "run"));
        using var copying = Process.Start("cp", ["-r", unbroken.Run.Directory, run.Directory]);
        copying.WaitForExit();
        return run;
    }

    private static void FlipABit(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
