namespace Retrace.Testing;

/// <summary>Time that a test holds in its hands: what waits by it waits until the test lets it go on.</summary>
/// <param name="passes">Waits up to this long are over at once.</param>
internal sealed class HeldTime(TimeSpan passes) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Wait> _waits = [];
    private TimeSpan _passes = passes;
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = new Wait(this, () => callback(state));
        wait.Change(dueTime, period);
        return wait;
    }

    /// <summary>Waits up to this long are over from now on, those under way included.</summary>
    public void LetPass(TimeSpan passes)
    {
        lock (_lock)
        {
            _passes = passes;
        }
        EndWaits(wait => wait.Length <= passes);
    }

    /// <summary>Ends the waits of just this length, as soon as there is one.</summary>
    public async Task EndAsync(TimeSpan length, CancellationToken cancellation)
    {
        while (EndWaits(wait => wait.Length == length) == 0)
        {
            await Task.Delay(5, cancellation);
        }
    }

    private int EndWaits(Func<Wait, bool> isMeant)
    {
        Wait[] over;
        lock (_lock)
        {
            over = [.. _waits.Where(isMeant)];
            _waits.RemoveAll(over.Contains);
            _now += over.Length == 0 ? 0 : over.Max(wait => wait.Length).Ticks;
        }
        Array.ForEach(over, wait => wait.End());
        return over.Length;
    }

    private sealed class Wait(HeldTime time, Action end) : ITimer
    {
        public TimeSpan Length { get; private set; }

        public void End() => ThreadPool.QueueUserWorkItem(_ => end());

        // Nothing that is tested waits for a period.
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._waits.Remove(this);
                Length = dueTime;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }
                if (dueTime > time._passes)
                {
                    time._waits.Add(this);
                    return true;
                }
                time._now += dueTime.Ticks;
            }
            End();
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._waits.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
