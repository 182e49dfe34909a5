namespace Retrace.Objectives;

/// <summary>GSPO: the ratio of whole responses, clipped.</summary>
/// <remarks>
/// s = (Π_t π / π_old)^(1/T) = exp(mean of ln π − ln π_old); the response's loss is
/// −min(s·A, clip(s, 1 − ε, 1 + ε_high)·A). s moves by far less than a token's ratio: the paper has ε = 0.0003 and
/// ε_high = 0.0004. Source: Zheng et al. 2025 (arXiv 2507.18071).
/// </remarks>
/// <param name="clip">ε</param>
/// <param name="clipHigh">ε_high</param>
public sealed class SequenceRatioObjective(double clip, double clipHigh) : IPolicyObjective
{
    public bool IsOfSequences => true;

    public ObjectiveTerms Of(ReadOnlySpan<float> logProbs, ReadOnlySpan<float> oldLogProbs, double advantage)
    {
        int length = logProbs.Length;
        double sum = 0;
        for (int t = 0; t < length; t++)
        {
            sum += (double)logProbs[t] - oldLogProbs[t];
        }
        (double loss, double slope, bool isClipped) =
            ClippedRatioObjective.Clipped(Math.Exp(sum / length), advantage, clip, clipHigh);
        // The sum of T equal losses has T times the slope of one, in which each token has a share of 1/T.
        double[] losses = new double[length];
        double[] slopes = new double[length];
        Array.Fill(losses, loss);
        Array.Fill(slopes, slope);
        return new ObjectiveTerms(losses, slopes, isClipped ? length : 0);
    }
}
