using MathNet.Numerics.Distributions;

namespace Retrace.Statistics;

/// <summary>Whether two classifiers of the same things are right equally often: McNemar's test, exact.</summary>
/// <remarks>
/// McNemar (1947). Only things that exactly one of the two has right say anything; if the two are equally good, each of
/// these falls to either with probability ½. The p-value is that of the binomial test with both sides.
/// </remarks>
/// <param name="Gained">Right with the second alone.</param>
/// <param name="Lost">Right with the first alone.</param>
public readonly record struct McNemarTest(int Gained, int Lost)
{
    /// <summary>The chance of so uneven a division or a more uneven one, if both are equally good.</summary>
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
    /// <param name="after">[n] whether the second is, of the same things in the same order.</param>
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
