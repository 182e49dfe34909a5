using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>What came out of one run of a comparison.</summary>
/// <param name="Method">The variant's name.</param>
/// <param name="Seed">The run's.</param>
/// <param name="Start">The test of the model that it started from, with the same seed.</param>
/// <param name="Final">The test of its last checkpoint.</param>
/// <param name="Metrics">Its steps.</param>
public sealed record Outcome(
    string Method, long Seed, TestResult Start, TestResult Final, IReadOnlyList<StepMetrics> Metrics)
{
    /// <summary>Of a step's noisy numbers, what they are in the end is the mean over so many steps.</summary>
    public const int LastSteps = 5;

    /// <summary>By how much the accuracy on the test rose.</summary>
    public double Change => Final.Whole.Accuracy - Start.Whole.Accuracy;

    /// <summary>Tokens generated while training.</summary>
    public long Tokens => Metrics.Sum(step => (step.MaternalTokens ?? 0) + (step.RetracedTokens ?? 0));

    /// <summary>Time that the steps took.</summary>
    public double Seconds => Metrics.Sum(step => step.StepSeconds ?? 0);

    /// <summary>A number of the steps as it was in the end; null where it was never measured.</summary>
    public double? InTheEnd(Func<StepMetrics, double?> read) =>
        Metrics.Select(read).OfType<double>().TakeLast(LastSteps).Select(value => (double?)value).Average();
}
