using System.Globalization;
using Retrace.Evaluation.Comparisons;
using Retrace.Runs;

namespace Retrace.Cli.Progress;

/// <summary>Prints a comparison on standard output: each run as usual, and a line for each test.</summary>
internal sealed class ComparisonLines : IComparisonObserver
{
    private readonly RunBars _bars = new();

    public IReadOnlyList<IRunObserver> ObserversOf(string method, long seed) => TerminalObservers.ForRun(_bars);

    public void CompleteTest(string? method, long seed, TestResult result) => TerminalLines.Write(string.Create(
        CultureInfo.InvariantCulture,
        $"{method ?? "start"}, seed {seed}  test accuracy {100 * result.Whole.Accuracy:0.0} %"));
}
