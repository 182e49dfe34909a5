namespace Retrace.Perturbations;

/// <summary>
/// How strong a perturbation is: a whole level from 1 to a highest one, sampled for each image. What a level means is
/// each perturbation's own; 100 is the most there is.
/// </summary>
public static class PerturbationLevel
{
    /// <summary>The highest level in the method's release.</summary>
    public const int ReleasedHighest = 40;

    /// <summary>Samples a level from 1 to the highest, all with equal chance.</summary>
    internal static int Sample(Random random, int highest) => random.Next(1, highest + 1);
}
