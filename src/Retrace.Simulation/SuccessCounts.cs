namespace Retrace.Simulation;

/// <summary>Probabilities of how many of some independent trials succeed.</summary>
internal static class SuccessCounts
{
    /// <summary>[trials + 1] the binomial distribution.</summary>
    public static double[] Of(int trials, double probability) => Then([1], trials, probability);

    /// <summary>
    /// The distribution of the number of successes after more trials, with another probability perhaps. Sums of
    /// products of probabilities only, so that nothing cancels.
    /// </summary>
    /// <param name="counts">[m + 1] the probabilities of 0 … m successes so far.</param>
    /// <param name="trials">The number of further trials.</param>
    /// <param name="probability">The probability that each of them succeeds.</param>
    /// <returns>[m + trials + 1]</returns>
    public static double[] Then(double[] counts, int trials, double probability)
    {
        for (int trial = 0; trial < trials; trial++)
        {
            double[] next = new double[counts.Length + 1];
            for (int c = 0; c < counts.Length; c++)
            {
                next[c] += counts[c] * (1 - probability);
                next[c + 1] += counts[c] * probability;
            }
            counts = next;
        }
        return counts;
    }
}
