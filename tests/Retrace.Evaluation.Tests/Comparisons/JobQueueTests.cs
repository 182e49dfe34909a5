using System.Collections.Concurrent;
using Retrace.Evaluation.Comparisons;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class JobQueueTests
{
    private readonly ConcurrentQueue<string> _done = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void One_at_a_time_they_are_done_in_their_order()
    {
        Job<int> first = Named("first");
        Job<int> second = Named("second", after: first);
        Complete(1, first, second, Named("third"), Named("last", after: second));
        Assert.Equal(["first", "second", "third", "last"], _done);
    }

    [Fact]
    public void Several_go_on_at_once_and_what_comes_after_them_reads_their_results()
    {
        using Barrier meeting = new(2);
        Job<int> three = new(stop => Meeting(3, stop));
        Job<int> four = new(stop => Meeting(4, stop));
        Job<int> product = new(_ => three.Result * four.Result, three, four);
        Complete(2, three, four, product);
        Assert.Equal(12, product.Result);

        int Meeting(int value, CancellationToken stop)
        {
            meeting.SignalAndWait(stop);
            return value;
        }
    }

    [Fact]
    public void One_that_can_begin_goes_before_one_that_has_to_wait()
    {
        using ManualResetEventSlim isDone = new();
        Job<int> first = new(stop =>
        {
            isDone.Wait(stop);
            return Do("first");
        });
        Job<int> free = new(_ =>
        {
            Do("free");
            isDone.Set();
            return 0;
        });
        Complete(2, first, Named("second", after: first), free);
        Assert.Equal(["free", "first", "second"], _done);
    }

    [Fact]
    public void One_that_fails_interrupts_the_others_and_what_has_not_begun_is_left()
    {
        using ManualResetEventSlim hasBegun = new();
        InvalidOperationException failure = new("It is broken.");
        Job<int> failing = new(stop =>
        {
            hasBegun.Wait(stop);
            throw failure;
        });
        Job<int> other = new(stop =>
        {
            hasBegun.Set();
            stop.WaitHandle.WaitOne();
            Do("interrupted");
            throw new OperationCanceledException(stop);
        });
        Assert.Same(failure, Record.Exception(() => Complete(2, failing, other, Named("never"))));
        Assert.Equal(["interrupted"], _done);
    }

    [Fact]
    public void What_goes_wrong_counts_more_than_the_interruption_that_it_happened_in()
    {
        using CancellationTokenSource interruption = new();
        IOException full = new("The disk is full.");
        Job<int> writing = Interrupted(full);
        Job<int> others = Interrupted(new OperationCanceledException());
        Job<int> interrupting = new(_ =>
        {
            interruption.Cancel();
            return 0;
        });
        Assert.Same(full, Record.Exception(
            () => JobQueue.Complete([writing, others, interrupting], 3, () => { }, interruption.Token)));

        static Job<int> Interrupted(Exception thrown) => new(stop =>
        {
            stop.WaitHandle.WaitOne();
            throw thrown;
        });
    }

    [Fact]
    public void An_interruption_from_outside_is_one()
    {
        using CancellationTokenSource interruption = new();
        Job<int> first = new(stop =>
        {
            interruption.Cancel();
            stop.ThrowIfCancellationRequested();
            return 0;
        });
        Assert.Throws<OperationCanceledException>(
            () => JobQueue.Complete([first, Named("never")], 1, () => { }, interruption.Token));
        Assert.Empty(_done);
    }

    [Fact]
    public void The_thread_of_a_job_is_prepared_for_it()
    {
        ConcurrentQueue<int> prepared = new();
        ConcurrentQueue<int> used = new();
        Job<int>[] jobs = [.. Enumerable.Range(0, 3).Select(_ => new Job<int>(_ =>
        {
            used.Enqueue(Environment.CurrentManagedThreadId);
            return 0;
        }))];
        JobQueue.Complete(jobs, 1, () => prepared.Enqueue(Environment.CurrentManagedThreadId), Cancellation);
        Assert.Equal(3, used.Count);
        Assert.Equal(prepared, used);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, used);
    }

    private static void Complete(int atOnce, params Job[] jobs) => JobQueue.Complete(jobs, atOnce, () => { }, Cancellation);

    private Job<int> Named(string name, params Job[] after) => new(_ => Do(name), after);

    private int Do(string name)
    {
        _done.Enqueue(name);
        return 0;
    }
}
