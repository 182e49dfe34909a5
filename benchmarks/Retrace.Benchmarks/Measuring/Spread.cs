using System.Globalization;

namespace Retrace.Benchmarks.Measuring;

/// <summary>What several measurements of a quantity came to.</summary>
internal sealed record Spread(double Lowest, double Median, double Highest)
{
    public static Spread Of(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[^1]);
    }

    /// <summary>Median, and lowest to highest in brackets.</summary>
    /// <param name="format">Of each number.</param>
    public string ToString(string format)
    {
        return $"{Text(Median)} ({Text(Lowest)} to {Text(Highest)})";

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
