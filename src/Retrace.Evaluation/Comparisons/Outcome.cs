using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The results of one run of a comparison.</summary>
/// <param name="Method">The variant's name.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Start">The test of the model that it started from, with the same seed.</param>
/// <param name="Final">The test of its last checkpoint.</param>
/// <param name="Metrics">The metrics of its steps.</param>
public sealed record Outcome(
    string Method, long Seed, TestResult Start, TestResult Final, IReadOnlyList<StepMetrics> Metrics)
{
    /// <summary>The number of last steps over which a step's noisy numbers are averaged for the final value.</summary>
    public const int LastSteps = 5;

    /// <summary>Samples that were taken of each problem of a step.</summary>
    public int Samples { get; init; }

    /// <summary>The gain in accuracy on the test.</summary>
    public double Change => Final.Whole.Accuracy - Start.Whole.Accuracy;

    /// <summary>Tokens generated while training.</summary>
    public long Tokens => Metrics.Sum(step => (step.MaternalTokens ?? 0) + (step.RetracedTokens ?? 0));

    /// <summary>Seconds that all training steps took together.</summary>
    public double Seconds => Metrics.Sum(step => step.StepSeconds ?? 0);

    /// <summary>
    /// The final value of a step's number, averaged over the last steps; null where it was never measured.
    /// </summary>
    public double? FinalMean(Func<StepMetrics, double?> read) =>
        Metrics.Select(read).OfType<double>().TakeLast(LastSteps).Select(value => (double?)value).Average();
}
