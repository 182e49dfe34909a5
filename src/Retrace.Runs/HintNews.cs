namespace Retrace.Runs;

/// <summary>Tells each hint once a run, when it has come to last (<see cref="PersistentHints"/>).</summary>
public sealed class HintNews
{
    private readonly HashSet<string> _told = []; // Settings.
    private readonly List<StepMetrics> _steps = [];

    /// <summary>The hints that last since this step, and were not told before.</summary>
    public IReadOnlyList<CostHint> After(StepMetrics metrics)
    {
        _steps.Add(metrics);
        if (_steps.Count > PersistentHints.Steps)
        {
            _steps.RemoveAt(0);
        }
        return [.. PersistentHints.Of(_steps).Where(hint => _told.Add(hint.Setting))];
    }
}
