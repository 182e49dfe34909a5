using Retrace.Statistics;
using static System.FormattableString;

namespace Retrace.Evaluation.Comparisons;

/// <summary>How tables write shares and their intervals: in percent, the interval in brackets.</summary>
internal static class IntervalText
{
    /// <summary>A share, such as an accuracy.</summary>
    public static string Share(MeanInterval interval) => interval is { Lower: double lower, Upper: double upper }
        ? $"{Percent(interval.Mean)} ({Percent(lower)} to {Percent(upper)})"
        : Percent(interval.Mean);

    /// <summary>A difference of shares, with its sign.</summary>
    public static string Difference(MeanInterval interval) => interval is { Lower: double lower, Upper: double upper }
        ? $"{Points(interval.Mean)} ({Points(lower)} to {Points(upper)})"
        : Points(interval.Mean);

    public static string Percent(double share) => Invariant($"{100 * share:0.0}");

    private static string Points(double share) => Invariant($"{100 * share:+0.0;-0.0;0.0}");
}
