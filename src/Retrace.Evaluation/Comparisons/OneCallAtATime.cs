using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Tells observers one thing at a time, whichever of the runs that go on at once has something to tell, so that they need
/// no locks of their own.
/// </summary>
internal sealed class OneCallAtATime
{
    private readonly Lock _telling = new();

    /// <summary>Makes a call, once those before it have returned.</summary>
    public void Tell(Action call)
    {
        lock (_telling)
        {
            call();
        }
    }

    /// <summary>Makes the observers of a run, whose calls take turns with all others.</summary>
    public IReadOnlyList<IRunObserver> Observers(Func<IReadOnlyList<IRunObserver>> create)
    {
        lock (_telling)
        {
            return [.. create().Select(observer => new InTurn(this, observer))];
        }
    }

    private sealed class InTurn(OneCallAtATime calls, IRunObserver observer) : IRunObserver
    {
        public void Begin(RunStart run) => calls.Tell(() => observer.Begin(run));

        public void BeginStage(int step, string stage) => calls.Tell(() => observer.BeginStage(step, stage));

        public void CompleteStep(StepMetrics metrics) => calls.Tell(() => observer.CompleteStep(metrics));

        public void End(Exception? failure) => calls.Tell(() => observer.End(failure));
    }
}
