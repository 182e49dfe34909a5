namespace Retrace.Rewards;

/// <summary>
/// What the method's first release multiplies a frequency by, depending on how the answer fared in re-inference.
/// </summary>
internal static class ReleaseFactors
{
    /// <summary>For answers that are more frequent in re-inference than overall.</summary>
    public const double Boost = 1.2;

    private const double Penalty = 0.9; // For answers that came back less often.

    /// <summary>
    /// Boost · overall where the answer is more frequent among the <paramref name="reinferred"/> than overall, or not
    /// among them at all (the long tail); penalty · overall where it is less frequent; clamped to [0, 1].
    /// </summary>
    public static double Soften(double overall, double reinferred)
    {
        double factor =
            reinferred == 0 || reinferred > overall ? Boost
            : reinferred < overall ? Penalty
            : 1;
        return Math.Clamp(factor * overall, 0, 1);
    }
}
