using Retrace.Statistics;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Tests of several seeds together.</summary>
/// <param name="Samples">k, the number of responses to each problem.</param>
/// <param name="Accuracy">The mean of their avg@k, with its interval over the seeds.</param>
/// <param name="PassAtSamples">The mean of their pass@k.</param>
/// <param name="MajorityAccuracy">The mean of their maj@k.</param>
public sealed record TestMeans(int Samples, MeanInterval Accuracy, double PassAtSamples, double MajorityAccuracy)
{
    /// <param name="tests">At least one; all of the same k.</param>
    public static TestMeans Of(IReadOnlyList<EvaluationSummary> tests) => new(
        tests[0].Samples,
        MeanInterval.Of([.. tests.Select(test => test.Accuracy)]),
        tests.Average(test => test.PassAt[^1].Share),
        tests.Average(test => test.MajorityAccuracy));
}
