using Retrace.Models;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>Estimators of the KL divergence from the reference policy, from sampled tokens (Schulman 2020).</summary>
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
/// loss_t = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε_high)·A) + β·kl_t with ρ = exp(ln p − ln p_old). Sources: Shao et al. 2024
/// (arXiv 2402.03300), and Yu et al. 2025 (DAPO, arXiv 2503.14476) for an ε_high above ε.
/// </remarks>
/// <param name="Total">Σ w_t · loss_t, with gradient. Scalar.</param>
/// <param name="KlSum">Σ kl_t, without gradient; 0 without a reference. Scalar.</param>
/// <param name="ClippedCount">Number of tokens for which the clipped term was smaller. Scalar.</param>
public sealed record PolicyLoss(Tensor Total, Tensor KlSum, Tensor ClippedCount)
{
    /// <param name="logProbs">[N] ln p of the response tokens of a micro-batch, with gradient.</param>
    /// <param name="oldLogProbs">[N] ln p under the policy that sampled them.</param>
    /// <param name="referenceLogProbs">[N] ln p under the reference policy; null leaves the KL term out.</param>
    /// <param name="advantages">[N] The advantage of each token's trajectory.</param>
    /// <param name="weights">[N] w, the weight of each token (<see cref="LossAggregation"/>).</param>
    /// <param name="settings">ε, β and the estimator of the KL term.</param>
    public static PolicyLoss Of(
        Tensor logProbs,
        Tensor oldLogProbs,
        Tensor? referenceLogProbs,
        Tensor advantages,
        Tensor weights,
        PolicyLossSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar lowest = 1 - settings.Clip;
        using Scalar highest = 1 + settings.ClipHigh;
        using Scalar beta = settings.KlWeight;
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
            (loss * weights).sum().MoveToOuterDisposeScope(),
            klSum.MoveToOuterDisposeScope(),
            clippedCount.MoveToOuterDisposeScope());
    }

    // x where exp(x) − x − 1 loses its digits: below, its series has them, and neither form can come out negative.
    private const double SmallLogRatio = 0.01;

    private static readonly Scalar Small = SmallLogRatio;
    private static readonly Scalar[] Series = [1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120]; // 1/2! to 1/5!

    private static Tensor Kl(Tensor logProbs, Tensor reference, KlEstimator estimator)
    {
        using Scalar half = 0.5;
        Tensor logRatio = reference - logProbs; // ln(p_ref / p)
        return estimator switch
        {
            KlEstimator.K1 => logRatio.neg(),
            KlEstimator.K2 => (logRatio * logRatio).mul(half),
            KlEstimator.K3 => where(
                logRatio.abs().lt(Small),
                logRatio * logRatio * Series.Reverse().Aggregate(
                    zeros_like(logRatio), (sum, factor) => (sum * logRatio).add(factor)),
                logRatio.expm1().sub(logRatio)),
            _ => throw new ArgumentOutOfRangeException(nameof(estimator), estimator, null),
        };
    }
}

/// <summary>The settings of the loss.</summary>
/// <param name="Clip">ε, how far the ratio may fall below 1 before it is clipped.</param>
/// <param name="ClipHigh">ε_high, how far the ratio may rise above 1 before it is clipped.</param>
/// <param name="KlWeight">β, the weight of the KL term.</param>
/// <param name="Estimator">The estimator of the KL term.</param>
public sealed record PolicyLossSettings(double Clip, double ClipHigh, double KlWeight, KlEstimator Estimator);
