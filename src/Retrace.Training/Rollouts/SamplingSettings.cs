namespace Retrace.Training.Rollouts;

/// <summary>How tokens are drawn.</summary>
/// <param name="Temperature">What logits are divided by; 0 takes the likeliest token.</param>
/// <param name="TopP">Draws from the smallest set of tokens that holds this probability; in (0, 1].</param>
/// <param name="MeasureSelfCertainty">Whether <see cref="Generation.SelfCertainties"/> is wanted.</param>
public sealed record SamplingSettings(double Temperature, double TopP = 1.0, bool MeasureSelfCertainty = false)
{
    /// <summary>
    /// Whether <see cref="Generation.LogProbs"/> and <see cref="Generation.Entropies"/> are wanted: an engine that has
    /// to compute them in another pass leaves them empty where they are not.
    /// </summary>
    public bool Measure { get; init; } = true;
}
