namespace Retrace.Training.Learning;

/// <summary>How the losses of a mini-batch's tokens are added up (<c>learn.loss</c>).</summary>
public enum LossAggregation
{
    /// <summary>
    /// Every token has the same weight, so longer trajectories count more, as in DAPO and the released code.
    /// </summary>
    TokenMean,

    /// <summary>Every trajectory has the same weight, by the mean over its tokens, as in the original GRPO.</summary>
    SequenceMean,

    /// <summary>
    /// Every token has the same weight, independent of lengths: sums are divided by the maximum length, as in Dr. GRPO
    /// (arXiv 2503.20783).
    /// </summary>
    Constant,
}

/// <summary>Computes the weights of tokens in a mini-batch's loss.</summary>
internal static class TokenWeights
{
    /// <param name="aggregation">How the losses of tokens are averaged.</param>
    /// <param name="lengths">[samples] Number of tokens in each response of the mini-batch.</param>
    /// <param name="maxResponseTokens">Maximum number of tokens in a response.</param>
    /// <returns>[samples] The weight of each token of a response.</returns>
    public static float[] Of(LossAggregation aggregation, int[] lengths, int maxResponseTokens)
    {
        double tokens = lengths.Sum(length => (long)length);
        double samples = lengths.Length;
        return Array.ConvertAll(lengths, length => (float)(aggregation switch
        {
            LossAggregation.TokenMean => 1 / tokens,
            LossAggregation.SequenceMean => 1 / (samples * length),
            LossAggregation.Constant => 1 / (samples * maxResponseTokens),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, null),
        }));
    }
}
