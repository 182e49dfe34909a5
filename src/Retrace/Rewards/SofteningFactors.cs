namespace Retrace.Rewards;

/// <summary>
/// The factors by which a frequency is multiplied, depending on how the answer fared in re-inference (SFR).
/// </summary>
/// <param name="Boost">The factor for answers more frequent in re-inference than overall.</param>
/// <param name="Penalty">The factor for answers less frequent in re-inference than overall.</param>
public sealed record SofteningFactors(double Boost = 1.2, double Penalty = 0.9)
{
    /// <summary>
    /// Boost · overall where the answer is more frequent among the <paramref name="reinferred"/> than overall, or not
    /// among them at all (the long tail); penalty · overall where it is less frequent; clamped to [0, 1].
    /// </summary>
    internal double Soften(double overall, double reinferred)
    {
        double factor =
            reinferred == 0 || reinferred > overall ? Boost
            : reinferred < overall ? Penalty
            : 1;
        return Math.Clamp(factor * overall, 0, 1);
    }
}
