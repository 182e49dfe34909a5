namespace Retrace.Statistics;

/// <summary>The mean of paired changes with its 95 % interval and p-value, by the bootstrap over pairs.</summary>
/// <remarks>
/// Efron and Tibshirani (1993), chapters 13 and 15: the pairs are resampled with replacement, and the interval is that
/// of the 2.5 % and 97.5 % quantiles of the means. The p-value is twice the smaller share of means that lie on either
/// side of zero, zero itself included, counting the mean that was observed; so it is never below 2 / (resamples + 1).
/// </remarks>
/// <param name="Mean">The mean change.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
/// <param name="PValue">The p-value of the hypothesis that there is no change.</param>
public readonly record struct PairedBootstrap(double Mean, double Lower, double Upper, double PValue)
{
    /// <summary>Enough that another seed moves the ends by only a few thousandths of the interval's width.</summary>
    public const int Resamples = 10_000;

    private const double Tail = 0.025;

    /// <param name="changes">[n], at least one.</param>
    /// <param name="random">Chooses the pairs.</param>
    /// <param name="resamples">How often they are resampled.</param>
    /// <exception cref="ArgumentException">There are no changes.</exception>
    public static PairedBootstrap Of(IReadOnlyList<double> changes, Random random, int resamples = Resamples)
    {
        if (changes.Count == 0)
        {
            throw new ArgumentException("A bootstrap needs at least one pair.");
        }
        double mean = changes.Average();
        double[] pairs = [.. changes];
        double[] means = new double[resamples];
        for (int i = 0; i < means.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < pairs.Length; j++)
            {
                sum += pairs[random.Next(pairs.Length)];
            }
            means[i] = sum / pairs.Length;
        }
        Array.Sort(means);
        int smaller = Math.Min(means.Count(value => value <= Rounding), means.Count(value => value >= -Rounding));
        return new PairedBootstrap(
            mean, Quantile(means, Tail), Quantile(means, 1 - Tail), Math.Min(1, 2.0 * (smaller + 1) / (resamples + 1)));
    }

    // Sums of shares such as 1/3 that cancel out do not come to zero exactly.
    private const double Rounding = 1e-12;

    // Between the two nearest, linearly.
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length
            ? double.Lerp(sorted[below], sorted[below + 1], place - below)
            : sorted[below];
    }
}
