namespace Retrace.Perturbations;

/// <summary>
/// How strong a perturbation is: a whole level from 1 to a highest one, drawn for each image. What a level means is
/// each perturbation's own; 100 is the most there is.
/// </summary>
public static class PerturbationLevel
{
    /// <summary>The highest level in the method's release.</summary>
    public const int ReleasedHighest = 40;

    /// <summary>1, 2, … highest with equal chance.</summary>
    internal static int Draw(Random random, int highest) => random.Next(1, highest + 1);
}
