namespace Retrace.Training;

/// <summary>What the time of a step goes into.</summary>
internal enum StepPart
{
    /// <summary>Choosing anchors, comparing answers, rewards.</summary>
    Rest,

    /// <summary>The maternal round, and those beside it that the rule asks for.</summary>
    Sampling,

    /// <summary>Continuing the cut trajectories.</summary>
    Reinference,

    /// <summary>Waiting for perturbed images, which other threads make ahead of time.</summary>
    Perturbing,

    /// <summary>
    /// Waiting for the batch, which other threads prepare ahead of time, and for the samples of other processes.
    /// </summary>
    Waiting,

    /// <summary>Updating the policy, and the teacher where there is one.</summary>
    Learning,
}

/// <summary>How long each part of a step took.</summary>
/// <param name="Rollout">All but learning.</param>
internal sealed record StepTimes(
    TimeSpan Rollout,
    TimeSpan Learning,
    TimeSpan Sampling,
    TimeSpan Reinference,
    TimeSpan Perturbing,
    TimeSpan Waiting);

/// <summary>
/// Measures where a step's time goes, as seen by the thread that takes the step: each moment belongs to one part. What
/// other threads do meanwhile counts only while this thread waits for it.
/// </summary>
internal sealed class StepClock(TimeProvider time)
{
    private readonly TimeSpan[] _spent = new TimeSpan[Enum.GetValues<StepPart>().Length];
    private StepPart _part;
    private long _since;

    /// <summary>Begins a step, with <see cref="StepPart.Rest"/>.</summary>
    public void Begin()
    {
        Array.Clear(_spent);
        _part = StepPart.Rest;
        _since = time.GetTimestamp();
    }

    /// <summary>From here on time belongs to <paramref name="part"/>.</summary>
    /// <returns>The part that it belonged to before.</returns>
    public StepPart Enter(StepPart part)
    {
        long now = time.GetTimestamp();
        _spent[(int)_part] += time.GetElapsedTime(_since, now);
        _since = now;
        StepPart before = _part;
        _part = part;
        return before;
    }

    /// <summary>Calls <paramref name="action"/>, whose time belongs to <paramref name="part"/>.</summary>
    public TResult During<TResult>(StepPart part, Func<TResult> action)
    {
        StepPart before = Enter(part);
        try
        {
            return action();
        }
        finally
        {
            Enter(before);
        }
    }

    /// <inheritdoc cref="During{TResult}"/>
    public void During(StepPart part, Action action) => During(part, () =>
    {
        action();
        return true;
    });

    /// <summary>The times from the beginning of the step until now.</summary>
    public StepTimes Read()
    {
        Enter(_part);
        TimeSpan learning = Of(StepPart.Learning);
        TimeSpan whole = _spent.Aggregate(TimeSpan.Zero, (sum, part) => sum + part);
        return new StepTimes(
            whole - learning,
            learning,
            Of(StepPart.Sampling),
            Of(StepPart.Reinference),
            Of(StepPart.Perturbing),
            Of(StepPart.Waiting));
    }

    private TimeSpan Of(StepPart part) => _spent[(int)part];
}
