using System.Globalization;

namespace Retrace.Runs;

/// <summary>A step's most important numbers as text, for logs and terminals.</summary>
public static class StepSummary
{
    private const double LeastShown = 0.1; // Of the step.

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
            $"step {metrics.Step}/{steps}  {Numbers(metrics)}{Evaluated(metrics)}  {Duration(left)} left")
            + NoSpread(metrics) + Guard(metrics);
    }

    /// <summary>Which share of the step's problems teaches nothing, and why; empty where all of them teach.</summary>
    public static string NoSpread(StepMetrics metrics)
    {
        if (metrics.NoSpreadShare is not > 0)
        {
            return "";
        }
        (double? Share, string Reason)[] reasons =
        [
            (metrics.NoSpreadSameAnswer, "the same answer everywhere"),
            (metrics.NoSpreadNoAnswer, "no answer found"),
            (metrics.NoSpreadCutOff, "all cut off at the longest length"),
            (metrics.NoSpreadLeftOut, "left out by the rule"),
            (metrics.NoSpreadOther, "answers that differ and are rewarded alike"),
        ];
        IEnumerable<string> found = reasons.Where(one => one.Share > 0)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{100 * one.Share:0} % {one.Reason}"));
        string what = metrics.NoSpreadShare >= 1
            ? "no problem teaches anything"
            : string.Create(
                CultureInfo.InvariantCulture, $"{100 * metrics.NoSpreadShare:0} % of the problems teach nothing");
        return $"  {what}: {string.Join(", ", found)}";
    }

    /// <summary>What the guard makes of the run, and why; empty where the run is fine or nothing was judged.</summary>
    public static string Guard(StepMetrics metrics)
    {
        if (metrics.GuardVerdict is not (GuardVerdict.Drifting or GuardVerdict.Collapsing))
        {
            return "";
        }
        string returned = metrics.GuardReturnedTo is int step
            ? string.Create(
                CultureInfo.InvariantCulture, $"; back to the checkpoint of step {step}, with a lower learning rate")
            : "";
        return $"  {WordOf(metrics.GuardVerdict.Value)}: {metrics.GuardReason}{returned}";
    }

    /// <summary>The verdict in a word: fine, drifting or collapsing.</summary>
    public static string WordOf(GuardVerdict verdict) => verdict switch
    {
        GuardVerdict.Fine => "fine",
        GuardVerdict.Drifting => "drifting",
        GuardVerdict.Collapsing => "collapsing",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, null),
    };

    /// <summary>Reward, entropy, tokens per second sampled and learned from, seconds, and what took most of them.</summary>
    public static string Numbers(StepMetrics metrics)
    {
        string learned = metrics.LearnedTokensPerSecond is double pace
            ? string.Create(CultureInfo.InvariantCulture, $" sampled, {pace:0} learned")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"reward {metrics.RewardMean:0.000}  entropy {metrics.Entropy:0.000}  {metrics.TokensPerSecond:0} tokens/s{learned}"
            + $"  {metrics.StepSeconds:0.0} s{Shares(metrics)}");
    }

    // The parts that take a tenth of the step or more, as in " (48 % sampling, 39 % learning)".
    private static string Shares(StepMetrics metrics)
    {
        if (StepParts.Of(metrics) is not StepParts parts)
        {
            return "";
        }
        IEnumerable<string> large = parts.All
            .Where(part => part.Seconds >= LeastShown * parts.Total)
            .OrderByDescending(part => part.Seconds)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{100 * part.Seconds / parts.Total:0} % {part.Name}"));
        return $" ({string.Join(", ", large)})";
    }

    /// <summary>Formats a duration as hours, however many, minutes and seconds.</summary>
    public static string Duration(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");

    private static string Evaluated(StepMetrics metrics) => metrics.EvalAccuracy is double accuracy
        ? string.Create(CultureInfo.InvariantCulture, $"  evaluation {100 * accuracy:0.0} %")
        : "";
}
