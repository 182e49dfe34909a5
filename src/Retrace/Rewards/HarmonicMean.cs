namespace Retrace.Rewards;

/// <summary>The harmonic mean of two frequencies: large only where both are.</summary>
internal static class HarmonicMean
{
    /// <summary>2pq / (p + q), and 0 where both are 0.</summary>
    public static double Of(double p, double q) => p + q == 0 ? 0 : 2 * p * q / (p + q);
}
