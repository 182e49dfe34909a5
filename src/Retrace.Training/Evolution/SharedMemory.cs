namespace Retrace.Training.Evolution;

/// <summary>The memory that several runs of one process share, by what their plans say that they need.</summary>
internal sealed class SharedMemory
{
    private readonly object _changes = new();
    private long _taken; // Bytes.

    /// <summary>A share for one run, empty until it is taken.</summary>
    public Share ForRun() => new(this);

    private void TellWaiting()
    {
        lock (_changes)
        {
            Monitor.PulseAll(_changes);
        }
    }

    /// <summary>One run's share, which it holds until it is disposed of.</summary>
    internal sealed class Share(SharedMemory memory) : IDisposable
    {
        private long _bytes;

        /// <summary>
        /// Takes what a plan needs, as soon as that fits beside the shares of others. Where nobody holds any, it is taken
        /// at once: whether a run fits alone is the plan's to say.
        /// </summary>
        /// <exception cref="OperationCanceledException">The wait was cancelled; nothing has been taken.</exception>
        public void Take(MemoryPlan plan, CancellationToken cancellation)
        {
            using CancellationTokenRegistration wake = cancellation.Register(memory.TellWaiting);
            lock (memory._changes)
            {
                while (memory._taken > 0 && memory._taken + plan.Peak > plan.Available)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Monitor.Wait(memory._changes);
                }
                _bytes += plan.Peak;
                memory._taken += plan.Peak;
            }
        }

        public void Dispose()
        {
            lock (memory._changes)
            {
                memory._taken -= _bytes;
                _bytes = 0;
            }
            memory.TellWaiting();
        }
    }
}
