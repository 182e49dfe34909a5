using System.Collections.Concurrent;

namespace Retrace.Training.DataParallel;

/// <summary>
/// The one thread that talks to the other processes. Work that is handed over runs in order, so that all processes
/// exchange the same things in the same order, however far their other threads have come.
/// </summary>
internal sealed class CommunicationThread : IDisposable
{
    private readonly BlockingCollection<Task> _work = [];
    private readonly Thread _thread;

    public CommunicationThread()
    {
        _thread = new Thread(RunAll)
        {
            Name = "communication",
            IsBackground = true, // A process that has failed ends although a call to the others does not return.
        };
        _thread.Start();
    }

    public Task Submit(Action work)
    {
        var task = new Task(work);
        _work.Add(task);
        return task;
    }

    /// <summary>Runs work and waits for it; at once where this is the thread already.</summary>
    public T Run<T>(Func<T> work)
    {
        if (Thread.CurrentThread == _thread)
        {
            return work();
        }
        var task = new Task<T>(work);
        _work.Add(task);
        return task.GetAwaiter().GetResult();
    }

    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    public void Dispose() => _work.CompleteAdding();

    private void RunAll()
    {
        foreach (Task task in _work.GetConsumingEnumerable())
        {
            task.RunSynchronously(); // What it throws is for who waits for it.
        }
        _work.Dispose();
    }
}
