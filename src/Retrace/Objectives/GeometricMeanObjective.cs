namespace Retrace.Objectives;

/// <summary>GMPO: the geometric mean of ratios that are clipped token by token.</summary>
/// <remarks>
/// x_t = ln π − ln π_old, bounded by ε_high from above where A is positive and by −ε from below where it is negative;
/// the response's loss is −A·exp(mean of x_t). ε counts in logarithms, and the paper has 0.4 for both. Source: Zhao et
/// al. 2025 (arXiv 2507.20673).
/// </remarks>
/// <param name="clip">ε</param>
/// <param name="clipHigh">ε_high</param>
public sealed class GeometricMeanObjective(double clip, double clipHigh) : IPolicyObjective
{
    public bool IsOfSequences => true;

    public ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage)
    {
        int length = logProbs.Length;
        bool[] isClipped = new bool[length];
        double sum = 0;
        for (int t = 0; t < length; t++)
        {
            double logRatio = (double)logProbs[t] - oldLogProbs[t];
            isClipped[t] = advantage > 0 ? logRatio > clipHigh : logRatio < -clip;
            sum += !isClipped[t] ? logRatio : advantage > 0 ? clipHigh : -clip;
        }
        double loss = -advantage * Math.Exp(sum / length);
        // As with SequenceRatioObjective, T losses of which each token moves 1/T; a clipped one moves none.
        double[] losses = new double[length];
        Array.Fill(losses, loss);
        return new ObjectiveTerms(
            losses, Array.ConvertAll(isClipped, clipped => clipped ? 0 : loss), isClipped.Count(clipped => clipped));
    }
}
