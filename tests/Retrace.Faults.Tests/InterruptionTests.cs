using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>A run that is interrupted twice: by the second signal it ends at once, whatever it is doing.</summary>
public sealed class InterruptionTests(UnbrokenRun unbroken) : IDisposable
{
    private const int Terminated = 128 + 15; // By SIGTERM, as a shell and .NET give it.

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_signal_during_a_checkpoint_ends_the_run_and_leaves_the_checkpoint_before()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        TinyRun run = new(Path.Combine(_folder, "run"));
        using (Process process = run.Start())
        {
            Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint == 1));
            Assert.True(await TinyRun.UntilAsync(process, () => run.UnfinishedCheckpoint > DateTime.MinValue));
            while (!process.HasExited)
            {
                Terminate(process); // More than once: two that come before the process gets to run are one.
            }
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(Terminated, process.ExitCode);
        }
        Assert.InRange(run.LatestCheckpoint, 1, TinyRun.Steps - 1);
        run.AssertNothingLost(unbroken.Run);

        // Interrupted again, once: it ends with a checkpoint of its last step.
        using (Process process = run.Start())
        {
            int latest = run.LatestCheckpoint;
            Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint > latest));
            Terminate(process);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(130, process.ExitCode);
        }
        Assert.Equal(run.LatestCheckpoint, run.Metrics().Length - 1);
        RetraceProcess last = await run.RunAsync();
        Assert.Equal((0, ""), (last.ExitCode, last.Error));
        run.AssertSameAs(unbroken.Run);
    }

    private static void Terminate(Process process)
    {
        using Process signal = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        signal.WaitForExit();
    }
}
