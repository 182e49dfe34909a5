using MathNet.Numerics.Distributions;

namespace Retrace.Statistics;

/// <summary>McNemar's exact test of whether two classifiers of the same items are right equally often.</summary>
/// <remarks>
/// McNemar (1947). Only items that exactly one of the two has right count; if the two are equally good, each of
/// these falls to either with probability ½. The p-value is that of the two-sided binomial test.
/// </remarks>
/// <param name="Gained">Items that only the second has right.</param>
/// <param name="Lost">Items that only the first has right.</param>
public readonly record struct McNemarTest(int Gained, int Lost)
{
    /// <summary>The probability of a division at least as uneven if both are equally good.</summary>
    public double PValue
    {
        get
        {
            int discordant = Gained + Lost;
            return Gained == Lost
                ? 1
                : Math.Min(1, 2 * Binomial.CDF(0.5, discordant, Math.Min(Gained, Lost)));
        }
    }

    /// <param name="before">[n] whether the first is right.</param>
    /// <param name="after">[n] whether the second is right, for the same items in the same order.</param>
    /// <exception cref="ArgumentException">The two are of different lengths.</exception>
    public static McNemarTest Of(IReadOnlyList<bool> before, IReadOnlyList<bool> after)
    {
        if (before.Count != after.Count)
        {
            throw new ArgumentException($"{before.Count} and {after.Count} answers are no pairs.");
        }
        return new McNemarTest(
            before.Zip(after).Count(pair => !pair.First && pair.Second),
            before.Zip(after).Count(pair => pair.First && !pair.Second));
    }
}
