namespace Retrace.Pretraining;

/// <summary>What happens to the figures of a teacher's lessons.</summary>
/// <param name="NoisyShare">Share of figures that carry Gaussian noise, as in visual semantic perturbation.</param>
/// <param name="NoiseLevel">The highest level of the noise; each figure's is sampled from 1 to it.</param>
/// <param name="BlankedShare">
/// Share of the other figures that are blanked. The response stays the teacher's, so that the model guesses, and learns
/// what the question alone suggests.
/// </param>
public sealed record FigureDamage(double NoisyShare, int NoiseLevel, double BlankedShare)
{
    /// <summary>No damage: every figure is clear.</summary>
    public static FigureDamage None { get; } = new(0, 1, 0);
}
