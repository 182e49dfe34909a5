using System.Globalization;

namespace Retrace.Runs;

/// <summary>A step's most important numbers as text, for logs and terminals.</summary>
public static class StepSummary
{
    /// <summary>One line: the step, its numbers, and the time left if all steps take as long as this one.</summary>
    /// <param name="metrics">Of the step; step 0 is the evaluation before training.</param>
    /// <param name="steps">Steps of the whole run.</param>
    public static string Line(StepMetrics metrics, int steps)
    {
        if (metrics.StepSeconds is not double seconds)
        {
            return string.Create(CultureInfo.InvariantCulture, $"before training  {Evaluated(metrics)}");
        }
        TimeSpan left = TimeSpan.FromSeconds(seconds * (steps - metrics.Step));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {metrics.Step}/{steps}  {Numbers(metrics)}{Evaluated(metrics)}  {Duration(left)} left");
    }

    /// <summary>Reward, entropy, tokens per second and seconds.</summary>
    public static string Numbers(StepMetrics metrics) => string.Create(
        CultureInfo.InvariantCulture,
        $"reward {metrics.RewardMean:0.000}  entropy {metrics.Entropy:0.000}  {metrics.TokensPerSecond:0} tokens/s"
        + $"  {metrics.StepSeconds:0.0} s");

    /// <summary>Formats a duration as hours, however many, minutes and seconds.</summary>
    public static string Duration(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");

    private static string Evaluated(StepMetrics metrics) => metrics.EvalAccuracy is double accuracy
        ? string.Create(CultureInfo.InvariantCulture, $"  evaluation {100 * accuracy:0.0} %")
        : "";
}
