using Retrace.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>How the divergence from the reference policy is estimated from drawn tokens (Schulman 2020).</summary>
public enum KlEstimator
{
    /// <summary>ln p − ln p_ref: unbiased, of high variance.</summary>
    K1,

    /// <summary>(ln p − ln p_ref)² / 2: biased, of low variance.</summary>
    K2,

    /// <summary>r − ln r − 1 with r = p_ref / p: unbiased, never negative.</summary>
    K3,
}

/// <summary>GRPO's loss: the clipped policy objective with a KL term, token by token.</summary>
/// <remarks>
/// loss_t = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A) + β·kl_t with ρ = exp(ln p − ln p_old). Source: Shao et al. 2024
/// (arXiv 2402.03300), with the token mean over the mini-batch, as the method's release takes it.
/// </remarks>
/// <param name="Total">Σ loss_t / tokens in the mini-batch. Scalar, with gradient</param>
/// <param name="KlSum">Σ kl_t, without gradient; 0 without a reference. Scalar</param>
/// <param name="ClippedCount">Tokens for which the clipped term was the smaller one. Scalar</param>
public sealed record PolicyLoss(Tensor Total, Tensor KlSum, Tensor ClippedCount)
{
    /// <param name="logProbs">[N] of all response tokens of a micro-batch, with gradient.</param>
    /// <param name="oldLogProbs">[N] under the policy that drew them.</param>
    /// <param name="referenceLogProbs">[N] under the reference policy; null leaves the KL term out.</param>
    /// <param name="advantages">[N] each token's trajectory's.</param>
    /// <param name="settings">ε, β and the estimator.</param>
    /// <param name="tokensInMiniBatch">What the sum is divided by; the sum of N over the micro-batches.</param>
    public static PolicyLoss Of(
        Tensor logProbs,
        Tensor oldLogProbs,
        Tensor? referenceLogProbs,
        Tensor advantages,
        PolicyLossSettings settings,
        long tokensInMiniBatch)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar lowest = 1 - settings.Clip;
        using Scalar highest = 1 + settings.Clip;
        using Scalar beta = settings.KlWeight;
        using Scalar count = (double)tokensInMiniBatch;
        Tensor ratio = (logProbs - oldLogProbs).exp();
        Tensor plain = ratio * advantages;
        Tensor clipped = ratio.clamp(lowest, highest) * advantages;
        Tensor loss = minimum(plain, clipped).neg();
        Tensor klSum = zeros([], ScalarType.Float32, logProbs.device);
        if (referenceLogProbs is not null)
        {
            Tensor kl = Kl(logProbs, referenceLogProbs, settings.Estimator);
            loss = loss.Plus(kl.mul(beta));
            klSum = kl.detach().sum();
        }
        Tensor clippedCount = clipped.detach().lt(plain.detach()).sum();
        return new PolicyLoss(
            loss.sum().div(count).MoveToOuterDisposeScope(),
            klSum.MoveToOuterDisposeScope(),
            clippedCount.MoveToOuterDisposeScope());
    }

    private static Tensor Kl(Tensor logProbs, Tensor reference, KlEstimator estimator)
    {
        using Scalar one = 1.0;
        using Scalar half = 0.5;
        Tensor logRatio = reference - logProbs; // ln(p_ref / p)
        return estimator switch
        {
            KlEstimator.K1 => logRatio.neg(),
            KlEstimator.K2 => (logRatio * logRatio).mul(half),
            KlEstimator.K3 => logRatio.exp().sub(logRatio).sub(one),
            _ => throw new ArgumentOutOfRangeException(nameof(estimator), estimator, null),
        };
    }
}

/// <summary>The numbers of the loss.</summary>
/// <param name="Clip">ε</param>
/// <param name="KlWeight">β</param>
/// <param name="Estimator">How the KL term is estimated.</param>
public sealed record PolicyLossSettings(double Clip, double KlWeight, KlEstimator Estimator);
