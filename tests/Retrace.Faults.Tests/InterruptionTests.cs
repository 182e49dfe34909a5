using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Retrace.Faults.Tests;

/// <summary>A run that is interrupted twice: by the second signal it ends at once, whatever it is doing.</summary>
public sealed class InterruptionTests(UnbrokenRun unbroken) : IDisposable
{
    private const int TerminateSignal = 15;
    private const int Terminated = 128 + TerminateSignal; // As a shell and .NET give it.

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_signal_during_a_checkpoint_ends_the_run_and_leaves_the_checkpoint_before()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        TinyRun run = new(Path.Combine(_folder, "run"));
        using (Process process = run.Start())
        {
            Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint >= 1));
            Assert.True(await TinyRun.UntilAsync(process, () => run.UnfinishedCheckpoint > DateTime.MinValue));
            while (!process.HasExited)
            {
                Terminate(process); // More than once: two that come before the process gets to run are one.
                Thread.Sleep(1);
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

    // By the system's call: a process that sends the signal may take longer to start than a checkpoint to be written. It
    // fails where the process has ended meanwhile.
    private static void Terminate(Process process) => _ = Kill(process.Id, TerminateSignal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
