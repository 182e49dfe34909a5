namespace Retrace.Objectives;

/// <summary>GRPO's objective, and PPO's: the ratio of each token, clipped.</summary>
/// <remarks>
/// loss_t = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε_high)·A), ρ = π / π_old of the token. Sources: Shao et al. 2024 (arXiv
/// 2402.03300), and Yu et al. 2025 (DAPO, arXiv 2503.14476) for an ε_high above ε.
/// </remarks>
/// <param name="clip">ε</param>
/// <param name="clipHigh">ε_high</param>
public sealed class ClippedRatioObjective(double clip, double clipHigh) : IPolicyObjective
{
    public ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage)
    {
        double[] losses = new double[logProbs.Length];
        double[] slopes = new double[logProbs.Length];
        int clippedTokens = 0;
        for (int t = 0; t < logProbs.Length; t++)
        {
            (losses[t], slopes[t], bool clipped) =
                Clipped(Math.Exp((double)logProbs[t] - oldLogProbs[t]), advantage, clip, clipHigh);
            clippedTokens += clipped ? 1 : 0;
        }
        return new ObjectiveTerms(losses, slopes, clippedTokens);
    }

    /// <summary>−min(ρ·A, clip(ρ)·A) and its slope in ln ρ: that of −ρ·A, or 0 where the clipped term counts.</summary>
    internal static (double Loss, double Slope, bool IsClipped) Clipped(
        double ratio, double advantage, double clip, double clipHigh)
    {
        double plain = ratio * advantage;
        double clipped = Math.Min(Math.Max(ratio, 1 - clip), 1 + clipHigh) * advantage;
        return clipped < plain ? (-clipped, 0, true) : (-plain, -plain, false);
    }
}
