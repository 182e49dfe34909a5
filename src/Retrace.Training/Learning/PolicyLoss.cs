using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Objectives;
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

/// <summary>The loss of a micro-batch: the policy's objective with a KL term, token by token.</summary>
/// <remarks>
/// Σ_t weight_t · (w_t · objective_t + β·kl_t), w being importance weights. The objective sees each response whole, as
/// numbers (<see cref="IPolicyObjective"/>); its slopes are what the gradient of the log-probabilities starts from.
/// </remarks>
/// <param name="Total">The loss, with gradient. Scalar.</param>
/// <param name="Value">The same as a number, which the host knows without waiting for the device again.</param>
/// <param name="KlSum">Σ kl_t; 0 without a reference.</param>
/// <param name="ClippedCount">Number of tokens that the objective clipped.</param>
public sealed record PolicyLoss(Tensor Total, double Value, double KlSum, long ClippedCount)
{
    /// <param name="logProbs">
    /// [N] ln p of the response tokens of a micro-batch, one response after another, with gradient.
    /// </param>
    /// <param name="samples">The responses, in this order.</param>
    /// <param name="weights">[samples] The weight of each token of a response (<see cref="LossAggregation"/>).</param>
    /// <param name="referenceLogProbs">[N] ln p under the reference policy; null leaves the KL term out.</param>
    /// <param name="settings">The objective, β and the estimator of the KL term.</param>
    public static PolicyLoss Of(
        Tensor logProbs,
        IReadOnlyList<TrainingSample> samples,
        IReadOnlyList<float> weights,
        Tensor? referenceLogProbs,
        PolicyLossSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        int tokens = (int)logProbs.shape[0];
        Tensor? kl = referenceLogProbs is null ? null : Kl(logProbs, referenceLogProbs, settings.Estimator);
        // [N] or [2, N], in one copy from the device.
        float[] read = HostCopy.Of(kl is null ? logProbs.detach() : stack([logProbs.detach(), kl.detach()]))
            .data<float>().ToArray();
        (double objective, float[] slopes, long clipped) =
            Objective(read.AsSpan(0, tokens), samples, weights, settings.Objective);
        if (kl is null)
        {
            return new PolicyLoss(
                TotalOf(logProbs, slopes, objective).MoveToOuterDisposeScope(), objective, KlSum: 0, clipped);
        }
        float[] ofTokens =
        [
            .. samples.Zip(weights).SelectMany(
                one => Enumerable.Repeat(one.Second, one.First.OldLogProbs.Length)),
        ];
        Tensor total = TotalOf(logProbs, slopes, objective).Plus(WeightedKl(kl, ofTokens, settings.KlWeight));
        float[] divergences = read[tokens..];
        double value = objective
            + (settings.KlWeight * divergences.Zip(ofTokens, (one, weight) => (double)one * weight).Sum());
        return new PolicyLoss(
            total.MoveToOuterDisposeScope(), value, divergences.Sum(one => (double)one), clipped);
    }

    /// <summary>
    /// A scalar whose value is the objective's and whose gradient in the log-probabilities is its slopes. Objectives compute
    /// numbers, not tensors, and libtorch has to be given both: Σ slope · ln p has the slopes as its gradient; less the same
    /// sum held constant it adds nothing to the value.
    /// </summary>
    /// <param name="logProbs">[N]</param>
    /// <param name="slopes">[N]</param>
    internal static Tensor TotalOf(Tensor logProbs, float[] slopes, double objective)
    {
        Tensor pull = (logProbs * tensor(slopes, device: logProbs.device)).sum();
        return pull - pull.detach() + tensor((float)objective, device: logProbs.device);
    }

    /// <summary>β · Σ weight · kl.</summary>
    /// <param name="kl">[N]</param>
    /// <param name="weights">[N]</param>
    internal static Tensor WeightedKl(Tensor kl, float[] weights, double beta)
    {
        using Scalar factor = beta;
        return (kl * tensor(weights, device: kl.device)).sum().mul(factor);
    }

    // The weighted sum of the losses, [N] its slopes in the log-probabilities, and the number of clipped tokens.
    private static (double Value, float[] Slopes, long Clipped) Objective(
        ReadOnlySpan<float> logProbs,
        IReadOnlyList<TrainingSample> samples,
        IReadOnlyList<float> weights,
        IPolicyObjective objective)
    {
        double value = 0;
        float[] slopes = new float[logProbs.Length];
        long clipped = 0;
        int start = 0;
        foreach ((TrainingSample sample, float ofResponse) in samples.Zip(weights))
        {
            int length = sample.OldLogProbs.Length;
            ObjectiveTerms terms =
                objective.Of(logProbs.Slice(start, length), sample.OldLogProbs, sample.Advantage);
            for (int t = 0; t < length; t++)
            {
                double weight = ofResponse * (sample.Importance?.Weights[t] ?? 1.0);
                value += weight * terms.Losses[t];
                slopes[start + t] = (float)(weight * terms.Slopes[t]);
            }
            clipped += terms.Clipped;
            start += length;
        }
        return (value, slopes, clipped);
    }

    // x where exp(x) − x − 1 loses its digits: below, its series has them, and neither form can come out negative.
    private const double SmallLogRatio = 0.01;

    private static readonly Scalar Small = SmallLogRatio;
    private static readonly Scalar[] Series = [1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120]; // 1/2! to 1/5!

    /// <summary>The divergence of each token. [N]</summary>
    internal static Tensor Kl(Tensor logProbs, Tensor reference, KlEstimator estimator)
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
/// <param name="Objective">The policy's objective.</param>
/// <param name="KlWeight">β, the weight of the KL term.</param>
/// <param name="Estimator">The estimator of the KL term.</param>
public sealed record PolicyLossSettings(IPolicyObjective Objective, double KlWeight, KlEstimator Estimator);
