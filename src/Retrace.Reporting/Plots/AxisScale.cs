using System.Globalization;
using Retrace.Reporting.Content;

namespace Retrace.Reporting.Plots;

/// <summary>The range of an axis and its marks, which lie at multiples of 1, 2 or 5 times a power of ten.</summary>
internal sealed record AxisScale(double Lower, double Upper, IReadOnlyList<Tick> Ticks)
{
    private const double WantedGaps = 4; // Between marks; rounding leaves 2.4 to 6 in the range that is asked for.
    private const double NarrowestShare = 0.1; // A narrower range would make much of what is noise.

    // What the rounding of a quotient can be off by, in marks.
    private const double Slack = 1e-9;

    /// <summary>An axis that begins and ends with a mark and holds both values.</summary>
    public static AxisScale Covering(double lowest, double highest, MetricUnit unit)
    {
        (lowest, highest) = Widened(lowest, highest, unit);
        Spacing spacing = Spacing.For(highest - lowest, smallestExponent: int.MinValue);
        double first = Math.Floor(lowest / spacing.Size + Slack);
        double last = Math.Ceiling(highest / spacing.Size - Slack);
        return new AxisScale(spacing.At(first), spacing.At(last), spacing.Ticks(first, last, unit));
    }

    /// <summary>An axis of steps that ends exactly with them; marks lie at whole steps.</summary>
    public static AxisScale OfSteps(int first, int last)
    {
        last = Math.Max(last, first + 1);
        Spacing spacing = Spacing.For((double)last - first, smallestExponent: 0);
        return new AxisScale(first, last, spacing.Ticks(
            Math.Ceiling(first / spacing.Size - Slack), Math.Floor(last / spacing.Size + Slack), MetricUnit.Number));
    }

    private static (double Lowest, double Highest) Widened(double lowest, double highest, MetricUnit unit)
    {
        const double Largest = 1e300; // So that differences stay finite.
        lowest = Math.Clamp(lowest, -Largest, Largest);
        highest = Math.Clamp(highest, -Largest, Largest);
        if (unit == MetricUnit.Share && highest - lowest < NarrowestShare)
        {
            double middle = (lowest + highest) / 2;
            double bottom = lowest >= 0 ? Math.Max(0, middle - NarrowestShare / 2) : middle - NarrowestShare / 2;
            bottom = highest <= 1 ? Math.Min(bottom, 1 - NarrowestShare) : bottom;
            return (bottom, bottom + NarrowestShare);
        }
        double magnitude = Math.Max(Math.Abs(lowest), Math.Abs(highest));
        if (highest - lowest > magnitude * 1e-9)
        {
            return (lowest, highest);
        }
        double margin = magnitude < 1 / Largest ? 1 : magnitude / 10;
        return (lowest - margin, highest + margin);
    }

    /// <summary>The distance between marks, mantissa · 10^exponent, kept apart so that marks come out exact.</summary>
    private readonly record struct Spacing(int Mantissa, int Exponent)
    {
        public double Size => At(1);

        public static Spacing For(double span, int smallestExponent)
        {
            double wanted = span / WantedGaps;
            int exponent = (int)Math.Floor(Math.Log10(wanted) + Slack);
            double mantissa = wanted / Math.Pow(10, exponent);
            Spacing spacing = mantissa switch
            {
                <= 1.5 => new Spacing(1, exponent),
                <= 3 => new Spacing(2, exponent),
                <= 7 => new Spacing(5, exponent),
                _ => new Spacing(1, exponent + 1),
            };
            return spacing.Exponent < smallestExponent ? new Spacing(1, smallestExponent) : spacing;
        }

        /// <summary>The mark with this number; 0 is at zero.</summary>
        public double At(double number) => Exponent < 0
            ? number * Mantissa / Math.Pow(10, -Exponent)
            : number * Mantissa * Math.Pow(10, Exponent);

        public IReadOnlyList<Tick> Ticks(double first, double last, MetricUnit unit)
        {
            List<Tick> ticks = [];
            int count = (int)(last - first) + 1;
            double largest = Math.Max(Math.Abs(At(first)), Math.Abs(At(last)));
            for (int i = 0; i < count; i++)
            {
                double value = At(first + i);
                ticks.Add(new Tick(value, Label(value, largest, unit)));
            }
            return ticks;
        }

        private string Label(double value, double largest, MetricUnit unit)
        {
            bool isShare = unit == MetricUnit.Share;
            int decimals = Math.Max(0, isShare ? -Exponent - 2 : -Exponent);
            string format = decimals > 4 || largest >= 1e6 ? "0.##e0" : $"#,0.{new string('0', decimals)}";
            string number = (isShare ? 100 * value : value).ToString(format, CultureInfo.InvariantCulture);
            return isShare ? number + " %" : number;
        }
    }
}
