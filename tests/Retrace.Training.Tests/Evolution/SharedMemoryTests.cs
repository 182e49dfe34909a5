using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

public sealed class SharedMemoryTests
{
    private const long Available = 100;

    private readonly SharedMemory _memory = new();

    [Fact]
    public void A_run_waits_until_there_is_room_beside_the_others()
    {
        using SharedMemory.Share first = Taken(60);
        using SharedMemory.Share second = Taken(40);
        bool isOver = false;
        bool wasOver = false;
        Thread third = new(() =>
        {
            using SharedMemory.Share share = Taken(50);
            wasOver = isOver;
        });
        third.Start();
        WaitUntilItWaits(third);
        second.Dispose();
        WaitUntilItWaits(third); // 60 and 50 are still too much.
        isOver = true;
        first.Dispose();
        third.Join();
        Assert.True(wasOver);
    }

    [Fact]
    public void Whether_a_run_fits_alone_is_not_asked()
    {
        using (Taken(101))
        {
        }
        Assert.Null(Record.Exception(() => Taken(101).Dispose())); // What was too much for one has been given back.
    }

    [Fact]
    public void A_run_that_is_interrupted_while_it_waits_has_taken_nothing()
    {
        using CancellationTokenSource interruption = new();
        using SharedMemory.Share first = Taken(100);
        Exception? thrown = null;
        using SharedMemory.Share waiting = _memory.ForRun();
        Thread second = new(() => thrown = Record.Exception(() => waiting.Take(Plan(100), interruption.Token)));
        second.Start();
        WaitUntilItWaits(second);
        interruption.Cancel();
        second.Join();
        Assert.IsAssignableFrom<OperationCanceledException>(thrown);
        first.Dispose();
        using SharedMemory.Share third = Taken(100);
    }

    private SharedMemory.Share Taken(long bytes)
    {
        SharedMemory.Share share = _memory.ForRun();
        share.Take(Plan(bytes), TestContext.Current.CancellationToken);
        return share;
    }

    private static MemoryPlan Plan(long bytes) =>
        new([new MemoryItem("all", bytes, MemoryPhase.Always)], RecomputesActivations: false, Available);

    // Or has ended.
    private static void WaitUntilItWaits(Thread thread) =>
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !thread.IsAlive);
}
