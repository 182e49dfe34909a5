using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Retrace.Faults.Tests;

/// <summary>A run that is interrupted twice: by the second signal it ends at once, whatever it is doing.</summary>
public sealed class InterruptionTests(UnbrokenRun unbroken) : IDisposable
{
    private const int TerminateSignal = 15;
    private const int Terminated = 128 + TerminateSignal; // As a shell and .NET give it.
    private const int Interrupted = 130;

    // On a busy machine this process may get to see a moment only when it has passed; then it tries with another run.
    private const int MostAttempts = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_signal_during_a_checkpoint_ends_the_run_and_leaves_the_checkpoint_before()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        for (int attempt = 1; ; attempt++)
        {
            TinyRun run = new(Path.Combine(_folder, $"run-{attempt}"));
            if (await EndsInACheckpointAsync(run) && await EndsAfterItsStepAsync(run))
            {
                RetraceProcess last = await run.RunAsync();
                Assert.Equal((0, ""), (last.ExitCode, last.Error));
                run.AssertSameAs(unbroken.Run);
                return;
            }
            Assert.True(attempt < MostAttempts, "No signal reached a run in time.");
        }
    }

    // By two signals. Returns whether the run was still at work.
    private async Task<bool> EndsInACheckpointAsync(TinyRun run)
    {
        using Process process = run.Start();
        Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint >= 1));
        bool writes = await TinyRun.UntilAsync(process, () => run.UnfinishedCheckpoint > DateTime.MinValue);
        while (!process.HasExited)
        {
            Terminate(process); // More than once: two that come before the process gets to run are one.
            Thread.Sleep(1);
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        run.AssertNothingLost(unbroken.Run);
        if (!writes || run.LatestCheckpoint == TinyRun.Steps)
        {
            return false;
        }
        Assert.Equal(Terminated, process.ExitCode);
        return true;
    }

    // By one signal, with a checkpoint of its last step. Returns whether the run was still at work.
    private async Task<bool> EndsAfterItsStepAsync(TinyRun run)
    {
        int attempts = run.Attempts;
        using Process process = run.Start();
        bool works = await TinyRun.UntilAsync(process, () => run.Attempts > attempts);
        Terminate(process);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (!works || run.LatestCheckpoint == TinyRun.Steps)
        {
            return false;
        }
        Assert.Equal(Interrupted, process.ExitCode);
        Assert.Equal(run.LatestCheckpoint, run.Metrics().Length - 1);
        return true;
    }

    // By the system's call: a process that sends the signal may take longer to start than a checkpoint to be written. It
    // fails where the process has ended meanwhile.
    private static void Terminate(Process process) => _ = Kill(process.Id, TerminateSignal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
