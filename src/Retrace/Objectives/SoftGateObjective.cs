namespace Retrace.Objectives;

/// <summary>SAPO: in place of a clip, a gate that closes gradually as the ratio leaves 1, to either side.</summary>
/// <remarks>
/// loss_t = −A·(4/τ)·σ(τ(ρ − 1)). At ρ = 1 its slope is GRPO's. τ is larger for negative advantages, whose gate so
/// closes sooner. Source: Gao et al. 2025 (arXiv 2511.20347), as in TRL.
/// </remarks>
/// <param name="positive">τ for advantages above 0.</param>
/// <param name="negative">τ for other advantages.</param>
public sealed class SoftGateObjective(double positive, double negative) : IPolicyObjective
{
    /// <summary>The paper's τ for advantages above 0.</summary>
    public const double PaperPositive = 1.0;

    /// <summary>The paper's τ for other advantages.</summary>
    public const double PaperNegative = 1.05;

    public bool Clips => false;

    public ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage)
    {
        double temperature = advantage > 0 ? positive : negative;
        double[] losses = new double[logProbs.Length];
        double[] slopes = new double[logProbs.Length];
        for (int t = 0; t < logProbs.Length; t++)
        {
            double ratio = Math.Exp((double)logProbs[t] - oldLogProbs[t]);
            double open = 1 / (1 + Math.Exp(-temperature * (ratio - 1)));
            losses[t] = -advantage * 4 / temperature * open;
            slopes[t] = -advantage * 4 * open * (1 - open) * ratio;
        }
        return new ObjectiveTerms(losses, slopes, Clipped: 0);
    }
}
