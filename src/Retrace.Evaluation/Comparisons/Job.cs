namespace Retrace.Evaluation.Comparisons;

/// <summary>A piece of work that begins when others are done: see <see cref="JobQueue"/>.</summary>
/// <param name="after">The jobs that come before it; they are in the same queue.</param>
internal abstract class Job(IEnumerable<Job> after)
{
    private readonly Job[] _after = [.. after];

    /// <summary>Whether it has been done. Like <see cref="IsReady"/>, the queue's alone to read while it is at work.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether all that comes before it is done.</summary>
    public bool IsReady => Array.TrueForAll(_after, job => job.IsDone);

    /// <summary>Does the job's work, to its end.</summary>
    /// <exception cref="OperationCanceledException">The work was interrupted.</exception>
    public abstract void Do(CancellationToken cancellation);
}

/// <summary>A job with a result.</summary>
/// <param name="work">The work, which may read the results of the jobs before it.</param>
/// <param name="after">The jobs that come before it.</param>
internal sealed class Job<T>(Func<CancellationToken, T> work, params IEnumerable<Job> after) : Job(after)
{
    private T? _result;

    /// <summary>The result of the job, which is done.</summary>
    public T Result => IsDone ? _result! : throw new InvalidOperationException("The job is not done.");

    public override void Do(CancellationToken cancellation) => _result = work(cancellation);
}
