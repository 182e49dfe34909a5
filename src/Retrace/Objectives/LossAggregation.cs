namespace Retrace.Objectives;

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
