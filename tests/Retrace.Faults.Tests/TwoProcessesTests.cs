using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>Two processes that want the same run's folder.</summary>
public sealed class TwoProcessesTests(UnbrokenRun unbroken) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_second_is_refused_and_the_first_not_disturbed()
    {
        TinyRun run = new(Path.Combine(_folder, "run"));
        using Process killed = run.Start();
        Assert.True(await TinyRun.UntilAsync(killed, () => run.LatestCheckpoint >= 1));
        AssertRefused(await run.RunAsync());
        killed.Kill();
        await killed.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(File.Exists(run.FileOf("run.lock"))); // Which keeps nobody out any more.
        Process first = run.Start();
        using Process second = run.Start();
        RetraceProcess[] both =
            await Task.WhenAll(RetraceProcess.EndOfAsync(first), RetraceProcess.EndOfAsync(second));
        AssertRefused(Assert.Single(both, process => process.ExitCode != 0));
        Assert.Equal("", both.Single(process => process.ExitCode == 0).Error);
        run.AssertSameAs(unbroken.Run);

        void AssertRefused(RetraceProcess refused)
        {
            Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
            Assert.Equal(
                $"retrace: Another process is at work in {run.Directory}: it holds run.lock.\n", refused.Error);
        }
    }

    [Fact]
    public async Task Of_two_that_begin_the_same_run_at_the_same_time_one_does()
    {
        TinyRun run = new(Path.Combine(_folder, "run"));
        Process first = run.Start();
        Process second = run.Start();
        RetraceProcess[] both =
            await Task.WhenAll(RetraceProcess.EndOfAsync(first), RetraceProcess.EndOfAsync(second));
        RetraceProcess refused = Assert.Single(both, process => process.ExitCode != 0);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Matches("Another process is at work|already holds a run", refused.Error);
        run.AssertSameAs(unbroken.Run);
    }
}
