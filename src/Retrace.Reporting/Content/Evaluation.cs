using Retrace.Runs;
using Retrace.Statistics;

namespace Retrace.Reporting.Content;

/// <summary>An accuracy on the evaluation set.</summary>
/// <param name="Step">The steps taken before it.</param>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="Interval">Its 95 % interval; null where the number of answers is not known.</param>
internal sealed record Evaluation(int Step, double Accuracy, WilsonInterval? Interval)
{
    /// <summary>All evaluations of a run, in the order of its steps.</summary>
    public static IReadOnlyList<Evaluation> AllOf(RunRecord run) =>
    [
        .. from step in run.Metrics
           where Metric.EvalAccuracy.Of(step) is >= 0 and <= 1
           let accuracy = step.EvalAccuracy!.Value
           let samples = step.EvalSamples ?? 0
           select new Evaluation(step.Step, accuracy, samples > 0 ? WilsonInterval.Of(accuracy, samples) : null),
    ];

    /// <summary>The accuracy with its interval, such as "43.2 % (40.1–46.4)".</summary>
    public override string ToString() => Interval is WilsonInterval interval
        ? $"{Metric.EvalAccuracy.Format(Accuracy)} ({Percent(interval.Lower)}–{Percent(interval.Upper)})"
        : Metric.EvalAccuracy.Format(Accuracy);

    private static string Percent(double share) => Metric.EvalAccuracy.Format(share).TrimEnd('%', ' ');
}
