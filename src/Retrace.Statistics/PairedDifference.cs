namespace Retrace.Statistics;

/// <summary>The mean change of paired measurements, with its 95 % interval.</summary>
/// <remarks>
/// Mean ± 1.96 standard errors: the pairs are taken to be independent and many (hundreds of problems). What both
/// measurements of a pair share, as the difficulty of a problem, cancels out.
/// </remarks>
public readonly record struct PairedDifference(double Mean, double Lower, double Upper)
{
    private const double Quantile = 1.959963984540054; // of the standard normal distribution, at 0.975

    /// <param name="before">[n]</param>
    /// <param name="after">[n] of the same things in the same order; n ≥ 2.</param>
    /// <exception cref="ArgumentException">The numbers are no pairs, or too few.</exception>
    public static PairedDifference Of(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        if (before.Count != after.Count || before.Count < 2)
        {
            throw new ArgumentException($"{before.Count} and {after.Count} numbers are not two or more pairs.");
        }
        double[] changes = [.. before.Zip(after, (old, changed) => changed - old)];
        double mean = changes.Average();
        double variance = changes.Sum(change => (change - mean) * (change - mean)) / (changes.Length - 1);
        double half = Quantile * Math.Sqrt(variance / changes.Length);
        return new PairedDifference(mean, mean - half, mean + half);
    }
}
