using Retrace.Evaluation.Comparisons;
using Retrace.Runs;
using Retrace.Statistics;
using Retrace.Testing;
using TestResult = Retrace.Evaluation.Comparisons.TestResult;

namespace Retrace.Evaluation.Tests.Comparisons;

/// <summary>Outcomes of runs that nobody has run.</summary>
internal static class SyntheticOutcome
{
    /// <summary>A run from one accuracy to another, of four samples of each of 100 problems.</summary>
    public static Outcome Of(string method, long seed, double start, double final, params StepMetrics[] metrics) =>
        new(method, seed, Result(start), Result(final), metrics);

    public static StepMetrics Step(
        int step, double? entropy = null, long maternal = 0, long? retraced = null, double seconds = 0) =>
        UntakenStep.Of(step, method: "") with
        {
            Entropy = entropy,
            HighConfidenceShare = entropy / 2,
            MaternalTokens = maternal,
            RetracedTokens = retraced,
            StepSeconds = seconds,
        };

    // Of two categories, one as easy as the whole and one harder.
    private static TestResult Result(double accuracy) => new(
        Test(accuracy),
        new Dictionary<string, EvaluationSummary> { ["hard"] = Test(0.4 * accuracy), ["easy"] = Test(accuracy) });

    private static EvaluationSummary Test(double accuracy) => new(
        100,
        4,
        accuracy,
        WilsonInterval.Of(accuracy, 100),
        [(1, accuracy), (4, accuracy + 0.2)],
        accuracy + 0.1,
        1,
        1,
        Lengths: null);
}
