using System.Collections.Concurrent;

namespace Retrace.Training.DataParallel;

/// <summary>
/// The only thread that communicates with the other processes. It runs work in the order of submission, so that all
/// processes exchange the same things in the same order, however far their other threads are.
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
            IsBackground = true, // So that a failed process can end while a call to the others blocks.
        };
        _thread.Start();
    }

    public Task Submit(Action work)
    {
        var task = new Task(work);
        _work.Add(task);
        return task;
    }

    /// <summary>Runs work and waits for it; directly if called on this thread.</summary>
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
            task.RunSynchronously(); // Exceptions go to the task, for whoever awaits it.
        }
        _work.Dispose();
    }
}
