namespace Retrace.Runs.Tests;

public sealed class RunLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_file_that_a_process_leaves_keeps_nobody_out()
    {
        RunLock.Take(_folder).Dispose();
        Assert.True(File.Exists(Path.Combine(_folder, RunFolder.Lock)));
        Assert.False(RunLock.IsHeld(_folder));
        using IDisposable held = RunLock.Take(_folder);
        Assert.True(RunLock.IsHeld(_folder));
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_taken_for_one_that_another_process_holds()
    {
        Directory.CreateDirectory(Path.Combine(_folder, RunFolder.Lock)); // Where the file should be.
        BadInputException error = Assert.Throws<BadInputException>(() => RunLock.Take(_folder));
        Assert.StartsWith($"The run folder {_folder} cannot be written to: ", error.Message);
    }

    [Fact]
    public void Of_many_that_want_it_at_once_one_has_it()
    {
        int holders = 0;
        int taken = 0;
        Parallel.For(0, 40, _ =>
        {
            try
            {
                using IDisposable held = RunLock.Take(_folder);
                Assert.Equal(1, Interlocked.Increment(ref holders));
                Interlocked.Increment(ref taken);
                Thread.Sleep(1);
                Interlocked.Decrement(ref holders);
            }
            catch (BadInputException error)
            {
                Assert.Contains("Another process is at work", error.Message);
            }
        });
        Assert.True(taken > 0);
    }
}
