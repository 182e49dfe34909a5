namespace Retrace.Perturbations;

/// <summary>
/// The strength of a perturbation: a whole level from 1 to a highest one, sampled for each image. Each perturbation
/// defines what a level means; 100 is the highest.
/// </summary>
public static class PerturbationLevel
{
    /// <summary>The highest level in the method's release.</summary>
    public const int ReleasedHighest = 40;

    /// <summary>Samples a level from 1 to the highest, all with equal chance.</summary>
    internal static int Sample(Random random, int highest) => random.Next(1, highest + 1);
}
