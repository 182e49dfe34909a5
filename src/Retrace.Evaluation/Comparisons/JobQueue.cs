using System.Runtime.ExceptionServices;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Does jobs on threads of its own, several at a time, each after those that come before it. Of those that can begin, the
/// first one does. Where one fails, the others are interrupted, and what has not begun is left.
/// </summary>
internal sealed class JobQueue : IDisposable
{
    private readonly object _changes = new();
    private readonly List<Job> _waiting;
    private readonly Action _prepareThread;
    private readonly CancellationTokenSource _stop;
    private Exception? _failure;

    private JobQueue(IReadOnlyList<Job> jobs, Action prepareThread, CancellationToken cancellation)
    {
        _waiting = [.. jobs];
        _prepareThread = prepareThread;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Does all jobs.</summary>
    /// <param name="jobs">Each behind those that come before it.</param>
    /// <param name="atOnce">How many go on at once, at least 1.</param>
    /// <param name="prepareThread">Called before each job on its thread.</param>
    /// <param name="cancellation">Interrupts them all.</param>
    /// <exception cref="Exception">
    /// What the first job that failed has thrown. An interruption counts only where nothing else has gone wrong.
    /// </exception>
    public static void Complete(
        IReadOnlyList<Job> jobs, int atOnce, Action prepareThread, CancellationToken cancellation)
    {
        using JobQueue queue = new(jobs, prepareThread, cancellation);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Math.Min(atOnce, jobs.Count))
                .Select(i => new Thread(queue.Work) { Name = $"run {i + 1}", IsBackground = true }),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (queue._failure is Exception failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose() => _stop.Dispose();

    private void Work()
    {
        while (Next() is Job job)
        {
            try
            {
                _prepareThread();
                job.Do(_stop.Token);
                Change(() => job.IsDone = true);
            }
            catch (Exception error) // Thrown again in the thread that waits for all jobs.
            {
                Change(() => _failure = WeightierOf(_failure, error));
                _stop.Cancel();
            }
        }
    }

    // Waits for the next job that can begin; null where there is none left, or one has failed.
    private Job? Next()
    {
        lock (_changes)
        {
            while (_failure is null && _waiting.Count > 0)
            {
                if (_waiting.Find(job => job.IsReady) is Job ready)
                {
                    _waiting.Remove(ready);
                    return ready;
                }
                Monitor.Wait(_changes);
            }
            return null;
        }
    }

    private void Change(Action change)
    {
        lock (_changes)
        {
            change();
            Monitor.PulseAll(_changes);
        }
    }

    // What the others throw when they are interrupted for a failure is no failure of theirs.
    private static Exception WeightierOf(Exception? first, Exception later) =>
        first is null || (first is OperationCanceledException && later is not OperationCanceledException) ? later : first;
}
