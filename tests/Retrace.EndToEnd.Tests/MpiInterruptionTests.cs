using System.Diagnostics;

namespace Retrace.EndToEnd.Tests;

/// <summary>Training in several processes that ends before its time, or does not begin.</summary>
public sealed class MpiInterruptionTests : MpiRuns
{
    [Fact]
    public async Task A_lost_process_ends_the_job_and_another_number_of_them_resumes()
    {
        using Process job = await StartAsync("lost", steps: 2);
        MpiJob.Kill(job, rank: 1);
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains("signal 9", ended.Error);

        int left = MetricsOf("lost").Length;
        Assert.InRange(left, 2, Endless - 1);
        await TogetherAsync(3, [.. Arguments("lost", left + 1), "--resume"]);
        await AloneAsync([.. Arguments("lost", left + 2), "--resume"]);
        await AloneAsync(Arguments("whole", left + 2));
        AssertSameMetrics("whole", "lost");
    }

    [Fact]
    public async Task The_signal_that_mpirun_passes_on_stops_all_processes_after_a_checkpoint()
    {
        using Process job = await StartAsync("stopped", steps: 1, "--set", "checkpoint.every=1000");
        using Process signal = Process.Start("kill", ["-USR1", $"{job.Id}"]);
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        Assert.Equal(130, ended.ExitCode);
        int done = MetricsOf("stopped").Length;
        Assert.Contains($"--resume goes on from {Path.GetDirectoryName(FileOf("stopped", done, ""))}", ended.Output);
        Assert.True(File.Exists(FileOf("stopped", done, "trainer/state.json")));
    }

    [Fact]
    public async Task What_cannot_be_used_is_said_by_one_process()
    {
        RetraceProcess refused = await MpiJob.RunAsync(
            2,
            [.. Arguments("refused", 1), "--set", "data.filter=false", "--set", "data.max_prompt_tokens=3"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(1, refused.Error.Split('\n').Count(line => line.StartsWith("retrace: ", StringComparison.Ordinal)));
        Assert.Contains("data.filter would leave it out", refused.Error);
        Assert.False(Directory.Exists(Path.Combine(Folder, "refused")));
    }
}
