using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>What the guard remembers of a sign.</summary>
/// <param name="Start">Mean of its first values, the run's own start.</param>
/// <param name="Measured">How many values that mean has.</param>
/// <param name="Smoothed">Exponential mean of its values; null before the first, and after a return.</param>
/// <param name="Level">How far it has gone, with hysteresis.</param>
internal sealed record SignState(double Start, int Measured, double? Smoothed, GuardVerdict Level)
{
    /// <summary>The share of a new value in <see cref="Smoothed"/>.</summary>
    public const double NewShare = 0.5;

    /// <summary>A level is left again only where the distance is below this share of its bound.</summary>
    public const double ReleaseShare = 0.9;

    /// <summary>A sign of which nothing is known.</summary>
    public static SignState Unknown { get; } = new(0, 0, null, GuardVerdict.Fine);

    /// <summary>The state after another value.</summary>
    /// <param name="sign">The sign.</param>
    /// <param name="value">Its value in the step; nothing changes where it is null or no number.</param>
    /// <param name="baseline">How many values make the start, during which the sign is not judged.</param>
    public SignState Next(Sign sign, double? value, int baseline)
    {
        if (value is not double now || !double.IsFinite(now))
        {
            return this;
        }
        if (Measured < baseline)
        {
            double start = Start + ((now - Start) / (Measured + 1));
            return new SignState(start, Measured + 1, SmoothedWith(sign.Capped(now, start)), GuardVerdict.Fine);
        }
        double smoothed = SmoothedWith(sign.Capped(now, Start));
        return this with { Smoothed = smoothed, Level = LevelOf(sign, sign.Distance(smoothed, Start)) };
    }

    private double SmoothedWith(double value) =>
        Smoothed is double before ? before + (NewShare * (value - before)) : value;

    private GuardVerdict LevelOf(Sign sign, double? distance) => distance switch
    {
        null => GuardVerdict.Fine,
        double far when far >= Bound(sign.Collapsing, GuardVerdict.Collapsing) => GuardVerdict.Collapsing,
        double far when far >= Bound(sign.Drifting, GuardVerdict.Drifting) => GuardVerdict.Drifting,
        _ => GuardVerdict.Fine,
    };

    // Hysteresis: a bound that was passed is released only below this share of it.
    private double Bound(double bound, GuardVerdict level) => Level >= level ? ReleaseShare * bound : bound;
}
