using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Is told how a comparison goes while it goes.</summary>
public interface IComparisonObserver
{
    /// <summary>A run is about to begin or to go on: who observes it.</summary>
    /// <param name="method">The variant's name.</param>
    /// <param name="seed">The run's.</param>
    IReadOnlyList<IRunObserver> ObserversOf(string method, long seed) => [];

    /// <summary>A model has been tested: that of a run, or the one they all start from.</summary>
    /// <param name="method">The variant's name; null: the start.</param>
    /// <param name="seed">The run's.</param>
    /// <param name="result">What the test found.</param>
    void CompleteTest(string? method, long seed, TestResult result)
    {
    }
}
