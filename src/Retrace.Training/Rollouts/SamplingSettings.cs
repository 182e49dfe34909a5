namespace Retrace.Training.Rollouts;

/// <summary>How tokens are sampled from the logits.</summary>
/// <param name="Temperature">The divisor of logits; 0 takes the most likely token.</param>
/// <param name="TopP">Samples from the smallest set of tokens that holds this probability; in (0, 1].</param>
/// <param name="MeasureSelfCertainty">Whether to compute <see cref="Generation.SelfCertainties"/>.</param>
public sealed record SamplingSettings(double Temperature, double TopP = 1.0, bool MeasureSelfCertainty = false)
{
    /// <summary>
    /// Whether <see cref="Generation.LogProbs"/> and <see cref="Generation.Entropies"/> are needed. If not, an engine
    /// that would compute them in an extra pass leaves them empty.
    /// </summary>
    public bool Measure { get; init; } = true;

    /// <summary>k of <see cref="Generation.Confidences"/>; 0: they are not computed.</summary>
    public int Likeliest { get; init; }

    /// <summary>The same for samples of which nothing but their tokens is read.</summary>
    public SamplingSettings Unmeasured => new(Temperature, TopP) { Measure = false };
}
