namespace Retrace.Objectives;

/// <summary>CISPO: every token keeps its gradient, and the ratio that weighs it is bounded from above.</summary>
/// <remarks>
/// loss_t = −sg(min(ρ, 1 + ε_high))·A·ln π, where sg holds the weight constant. There is no lower bound, as in the
/// paper's runs and in TRL, whose epsilon_high is 1 + ε_high. Source: MiniMax 2025 (MiniMax-M1, arXiv 2506.13585).
/// </remarks>
/// <param name="clipHigh">ε_high</param>
public sealed class ClippedWeightObjective(double clipHigh) : IPolicyObjective
{
    public ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage)
    {
        double[] losses = new double[logProbs.Length];
        double[] slopes = new double[logProbs.Length];
        int clipped = 0;
        for (int t = 0; t < logProbs.Length; t++)
        {
            double ratio = Math.Exp((double)logProbs[t] - oldLogProbs[t]);
            slopes[t] = -Math.Min(ratio, 1 + clipHigh) * advantage;
            losses[t] = slopes[t] * logProbs[t];
            clipped += ratio > 1 + clipHigh ? 1 : 0;
        }
        return new ObjectiveTerms(losses, slopes, clipped);
    }
}
