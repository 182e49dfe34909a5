using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>Runs whose disk is full or cannot be written to.</summary>
public sealed class DiskTests(UnbrokenRun unbroken)
{
    // A checkpoint of the model that ships takes 24 MB.
    private const int OneCheckpoint = 40;
    private const int Enough = 200;

    [Fact]
    public async Task A_checkpoint_that_does_not_fit_leaves_the_one_before_and_the_run_goes_on_once_there_is_space()
    {
        using SmallDisk disk = SmallDisk.Mount(OneCheckpoint);
        TinyRun run = new(Path.Combine(disk.Path, "run"));
        AssertFailed("The checkpoint of step 2 cannot be written: No space left on device", await run.RunAsync());
        Assert.Equal([run.CheckpointOf(1)], Directory.GetDirectories(run.Checkpoints));
        run.AssertNothingLost(unbroken.Run);
        AssertFailed("The checkpoint of step 2 cannot be written: No space left on device", await run.RunAsync());

        disk.Resize(Enough);
        await GoesOnAsync(run);
    }

    [Fact]
    public async Task A_disk_that_fills_up_at_any_moment_ends_the_run_with_one_sentence()
    {
        using SmallDisk disk = SmallDisk.Mount(Enough);
        TinyRun run = new(Path.Combine(disk.Path, "run"));
        using Process process = run.Start();
        Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint >= 1));
        disk.Fill();
        AssertFailed("No space left on device", await RetraceProcess.EndOfAsync(process));
        run.AssertNothingLost(unbroken.Run);

        // Where a checkpoint was being written when the disk filled up, giving up on it has made space again.
        disk.Fill();
        RetraceProcess still = await run.RunAsync();
        Assert.Equal((2, ""), (still.ExitCode, still.Output));
        Assert.Contains("No space left on device", still.Error);
        Assert.Equal(1, still.Error.Count(character => character == '\n'));
        run.AssertNothingLost(unbroken.Run);

        disk.MakeSpace();
        await GoesOnAsync(run);
    }

    [Fact]
    public async Task A_disk_that_is_full_when_a_run_begins_leaves_no_half_of_one()
    {
        using SmallDisk disk = SmallDisk.Mount(Enough);
        TinyRun run = new(Path.Combine(disk.Path, "run"));
        disk.Fill();
        RetraceProcess refused = await run.RunAsync();
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("No space left on device", refused.Error);
        Assert.Equal(1, refused.Error.Count(character => character == '\n'));
        Assert.False(run.HasBegun);

        disk.MakeSpace();
        await GoesOnAsync(run);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_said_to_be_so()
    {
        using SmallDisk disk = SmallDisk.Mount(Enough);
        TinyRun run = new(Path.Combine(disk.Path, "run"));
        using Process process = run.Start();
        Assert.True(await TinyRun.UntilAsync(process, () => run.LatestCheckpoint >= 1));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        disk.MakeReadOnly();
        foreach (TinyRun refused in (TinyRun[])[run, new(Path.Combine(disk.Path, "other"))])
        {
            RetraceProcess ended = await refused.RunAsync();
            Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
            Assert.Matches(
                $"^retrace: The run folder {refused.Directory} cannot be written to: .*[Rr]ead-only.*\n$", ended.Error);
        }
        run.AssertNothingLost(unbroken.Run);

        disk.MakeWritable();
        await GoesOnAsync(run);
    }

    private static void AssertFailed(string sentence, RetraceProcess ended)
    {
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(sentence, ended.Error);
        Assert.Equal(1, ended.Error.Count(character => character == '\n'));
    }

    private async Task GoesOnAsync(TinyRun run)
    {
        RetraceProcess last = await run.RunAsync();
        Assert.Equal((0, ""), (last.ExitCode, last.Error));
        run.AssertSameAs(unbroken.Run);
    }
}
