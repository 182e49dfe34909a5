using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Receives the progress of a comparison. Runs that go on at once have threads of their own, but one thing is told at a
/// time, here and to the observers of all runs: they need no locks, and must not wait for one another.
/// </summary>
public interface IComparisonObserver
{
    /// <summary>Called when a run begins or is resumed; returns the run's observers.</summary>
    /// <param name="method">The variant's name.</param>
    /// <param name="seed">The run's seed.</param>
    IReadOnlyList<IRunObserver> ObserversOf(string method, long seed) => [];

    /// <summary>Called when a model has been tested: that of a run, or the one that all runs start from.</summary>
    /// <param name="method">The variant's name; null: the start.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="result">The result of the test.</param>
    void CompleteTest(string? method, long seed, TestResult result)
    {
    }
}
