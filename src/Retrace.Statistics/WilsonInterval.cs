namespace Retrace.Statistics;

/// <summary>The 95 % score interval of a proportion.</summary>
/// <remarks>
/// Wilson (1927). Unlike the normal approximation it stays inside [0, 1] and has a width also at 0 and 1. It takes the
/// samples to be independent; several samples of one problem are not quite.
/// </remarks>
public readonly record struct WilsonInterval(double Lower, double Upper)
{
    private const double Quantile = 1.959963984540054; // of the standard normal distribution, at 0.975

    /// <param name="share">The observed proportion, in [0, 1].</param>
    /// <param name="samples">How many samples it is the mean of; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static WilsonInterval Of(double share, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        if (!(share is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A proportion lies in [0, 1].");
        }
        double weight = Quantile * Quantile / samples;
        double centre = (share + weight / 2) / (1 + weight);
        double half = Math.Sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight);
        return new WilsonInterval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
