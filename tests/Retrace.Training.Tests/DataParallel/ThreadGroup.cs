using System.Collections.Concurrent;
using Retrace.Training.DataParallel;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.DataParallel;

/// <summary>Processes of a job as threads of this one: what they exchange is what MPI's would.</summary>
internal sealed class ThreadGroup : IDisposable
{
    private readonly Barrier _barrier;
    private readonly object[] _given;
    private readonly ConcurrentDictionary<(int From, int To), BlockingCollection<Tensor>> _sent = [];
    private readonly CancellationTokenSource _end;

    private ThreadGroup(int processes, CancellationToken cancellation)
    {
        _barrier = new Barrier(processes);
        _given = new object[processes];
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Runs the work of all processes, and throws what the first that failed did.</summary>
    public static void Run(int processes, CancellationToken cancellation, Action<IProcessGroup> work)
    {
        using var group = new ThreadGroup(processes, cancellation);
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, processes).Select(rank => new Thread(() =>
        {
            try
            {
                work(new Member(group, rank));
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, error, null);
                group._end.Cancel(); // The others would wait for ever.
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            throw new InvalidOperationException("A process failed.", failure);
        }
    }

    public void Dispose()
    {
        _barrier.Dispose();
        _end.Dispose();
        foreach (BlockingCollection<Tensor> queue in _sent.Values)
        {
            queue.Dispose();
        }
    }

    // Gives something, and uses what all have given before anybody goes on.
    private void Exchange<T>(int rank, T given, Action<T[]> use)
    {
        _given[rank] = given!;
        _barrier.SignalAndWait(_end.Token);
        use(Array.ConvertAll(_given, one => (T)one));
        _barrier.SignalAndWait(_end.Token);
    }

    private BlockingCollection<Tensor> Queue(int from, int to) => _sent.GetOrAdd((from, to), _ => []);

    private sealed class Member(ThreadGroup group, int rank) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => group._given.Length;

        public int LocalRank => rank;

        public int LocalSize => Size;

        // At once: all come to it in the same order.
        public Task Submit(Action work)
        {
            work();
            return Task.CompletedTask;
        }

        public byte[][] GatherAll(byte[] message)
        {
            byte[][] all = [];
            group.Exchange(rank, message, messages => all = messages);
            return all;
        }

        public void SumScatter(Tensor whole, Tensor part) => group.Exchange(rank, whole, wholes =>
        {
            part.zero_();
            foreach (Tensor one in wholes)
            {
                using Tensor own = one.narrow(0, rank * part.numel(), part.numel());
                part.add_(own);
            }
        });

        public void GatherAll(Tensor part, Tensor whole) => group.Exchange(rank, part, parts =>
        {
            for (int other = 0; other < parts.Length; other++)
            {
                using Tensor place = whole.narrow(0, other * part.numel(), part.numel());
                place.copy_(parts[other]);
            }
        });

        public void Send(Tensor values, int to) =>
            group.Queue(rank, to).Add(values.clone().DetachFromDisposeScope(), group._end.Token);

        public void Receive(Tensor values, int from)
        {
            using Tensor sent = group.Queue(from, rank).Take(group._end.Token);
            values.copy_(sent);
        }

        public void Leave()
        {
        }

        public void Dispose()
        {
        }
    }
}
