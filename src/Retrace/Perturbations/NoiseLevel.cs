namespace Retrace.Perturbations;

/// <summary>
/// The strength of noise as the method's release draws it: a whole level from 1 to 40, in hundredths.
/// </summary>
internal static class NoiseLevel
{
    private const int Highest = 40;

    /// <summary>0.01, 0.02, … 0.40 with equal chance.</summary>
    public static double Draw(Random random) => random.Next(1, Highest + 1) / 100.0;
}
