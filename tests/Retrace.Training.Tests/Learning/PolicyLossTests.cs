using CsCheck;
using Retrace.Objectives;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class PolicyLossTests
{
    private static readonly PolicyLossSettings Settings =
        new(new ClippedRatioObjective(0.2, 0.2), KlWeight: 0.01, KlEstimator.K3);

    [Fact]
    public void It_is_the_sum_that_one_computes_by_hand()
    {
        using DisposeScope scope = NewDisposeScope();
        // Ratios e^0.1, e^0.5, e^−0.5; the second is clipped from above, the third, with A < 0, from below.
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { -1.0f, -0.5f, -2.0f }),
            [Response(1, -1.1f), Response(2, -1.0f), Response(-1, -1.5f)],
            [0.25f, 0.25f, 0.25f],
            tensor(new[] { -1.2f, -0.5f, -1.0f }),
            Settings);

        double policy = -(Math.Exp(0.1) * 1) - (1.2 * 2) + (0.8 * 1);
        double kl = (Math.Exp(-0.2) + 0.2 - 1) + 0 + (Math.Exp(1) - 1 - 1);
        Assert.Equal((policy + (0.01 * kl)) / 4, loss.Total.item<float>(), 1e-6);
        Assert.Equal(kl, loss.KlSum, 1e-6);
        Assert.Equal(2, loss.ClippedCount);
    }

    [Fact]
    public void Importance_weighs_the_objective_and_not_the_divergence()
    {
        using DisposeScope scope = NewDisposeScope();
        // A response of two tokens at a ratio of 1, of weights 0.5 and 2, and kl_t = 0.1 and 0.4 by the first estimator.
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { -1.0f, -0.5f }),
            [Response(3, -1.0f, -0.5f) with { Importance = new TokenImportance([0.5f, 2], 1) }],
            [0.25f],
            tensor(new[] { -1.1f, -0.9f }),
            Settings with { Estimator = KlEstimator.K1 });
        Assert.Equal(0.25 * ((-3 * 2.5) + (0.01 * 0.5)), loss.Total.item<float>(), 1e-6);
    }

    [Fact]
    public void A_higher_clip_lets_a_rare_token_grow_further_and_nothing_shrink_further()
    {
        using DisposeScope scope = NewDisposeScope();
        // Ratios e^0.25 = 1.284, within 1.3 and beyond 1.2, e^0.5 beyond both, and e^−0.5 below 0.8.
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { -0.75f, -0.5f, -1.5f }),
            [Response(1, -1, -1), Response(-1, -1)],
            [1, 1],
            null,
            Settings with { Objective = new ClippedRatioObjective(0.2, 0.3) });
        Assert.Equal(-Math.Exp(0.25) - 1.3 + 0.8, loss.Total.item<float>(), 1e-6);
        Assert.Equal(2, loss.ClippedCount);
    }

    // Against e^x − x − 1 in double precision, by its series where that has no digits left.
    [Fact]
    public void The_third_estimator_is_never_negative_and_has_its_digits_near_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] ratios =
        [
            .. Enumerable.Range(-120, 241).Select(i => (float)(Math.Sign(i) * Math.Pow(10, (Math.Abs(i) / 20.0) - 6))),
        ];
        foreach (float ratio in ratios.Where(ratio => Math.Abs(ratio) < 3))
        {
            Tensor logProb = zeros(1).requires_grad_();
            PolicyLoss loss = PolicyLoss.Of(
                logProb, [Response(0, 0)], [1], tensor(new[] { ratio }), Settings with { KlWeight = 1 });
            loss.Total.backward();
            double x = ratio;
            double expected = Math.Abs(x) < 1e-3 ? x * x / 2 * (1 + (x / 3) + (x * x / 12)) : Math.Exp(x) - x - 1;
            double kl = loss.KlSum;
            Assert.True(kl >= 0, $"{ratio}: {kl}");
            Assert.Equal(expected, kl, expected * 1e-4);
            double slope = -(Math.Abs(x) < 1e-3 ? x * (1 + (x / 2)) : Math.Exp(x) - 1);
            Assert.Equal(slope, logProb.grad!.item<float>(), Math.Abs(slope) * 1e-4);
        }
    }

    [Theory]
    [InlineData(LossAggregation.TokenMean, -(1 + 3 * 2) / 4.0)]
    [InlineData(LossAggregation.SequenceMean, -(1 + 2) / 2.0)]
    [InlineData(LossAggregation.Constant, -(1 + 3 * 2) / (2 * 10.0))]
    public void Tokens_of_long_and_short_responses_are_added_up_by_weight(LossAggregation aggregation, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        // Responses of one token and of three, of advantages 1 and 2, at a ratio of 1 and without a KL term.
        float[] weights = TokenWeights.Of(aggregation, [1, 3], maxResponseTokens: 10);
        Tensor logProbs = full([4], -1.0f);
        PolicyLoss loss = PolicyLoss.Of(
            logProbs, [Response(1, -1), Response(2, -1, -1, -1)], weights, null, Settings);
        Assert.Equal(expected, loss.Total.item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(KlEstimator.K1, 0.3)]
    [InlineData(KlEstimator.K2, 0.045)]
    [InlineData(KlEstimator.K3, 0.0408182)] // e^−0.3 + 0.3 − 1
    public void The_estimators_are_Schulmans(KlEstimator estimator, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { -0.7f }),
            [Response(0, -0.7f)],
            [1],
            tensor(new[] { -1.0f }),
            Settings with { Estimator = estimator });
        Assert.Equal(expected, loss.KlSum, 1e-6);
    }

    // Also where they differ by as little as rounding does.
    [Fact]
    public void K3_is_never_negative_and_zero_only_for_equal_policies() => Gen.Select(
        Gen.Float[-12, 0],
        Gen.OneOf(Gen.Float[-12, 12], Gen.Float[-0.02f, 0.02f], Gen.Float[-1e-6f, 1e-6f])).Sample((policy, further) =>
    {
        using DisposeScope scope = NewDisposeScope();
        float reference = policy + further;
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { policy }), [Response(0, policy)], [1], tensor(new[] { reference }), Settings);
        double kl = loss.KlSum;
        Assert.True(kl >= 0, $"{kl}");
        Assert.True(Math.Abs(policy - reference) < 0.01 || kl > 0);
    });

    // The gradient by each log-probability against central differences, in and out of the clip's range.
    [Fact]
    public void Its_gradient_is_the_slope_of_its_values()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] policy = [-1.0f, -0.4f, -2.0f, -0.9f, -1.4f];
        float[] old = [-1.05f, -1.0f, -1.5f, -0.9f, -1.3f];
        float[] reference = [-1.3f, -0.4f, -1.1f, -2.0f, -1.4f];
        float[] advantages = [1.2f, 0.7f, -0.5f, -1.1f, 0.4f];
        float[] weights = [0.2f, 0.2f, 0.1f, 0.3f, 0.2f];

        foreach (KlEstimator estimator in Enum.GetValues<KlEstimator>())
        {
            Tensor logProbs = tensor(policy, requires_grad: true);
            LossAt(logProbs, estimator).backward();
            float[] gradient = logProbs.grad!.data<float>().ToArray();
            for (int i = 0; i < policy.Length; i++)
            {
                const float Step = 1e-2f;
                float[] higher = [.. policy];
                float[] lower = [.. policy];
                higher[i] += Step;
                lower[i] -= Step;
                double slope = (LossAt(tensor(higher), estimator).item<float>()
                    - LossAt(tensor(lower), estimator).item<float>()) / (2.0 * Step);
                Assert.Equal(slope, gradient[i], 1e-3);
            }
        }

        Tensor LossAt(Tensor logProbs, KlEstimator estimator) => PolicyLoss.Of(
            logProbs,
            [.. old.Zip(advantages, (before, advantage) => Response(advantage, before))],
            weights,
            tensor(reference),
            new PolicyLossSettings(new ClippedRatioObjective(0.2, 0.4), 0.3, estimator)).Total;
    }

    [Fact]
    public void Beyond_the_clip_a_token_pulls_no_further()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbs = tensor(new[] { -0.5f, -1.5f, -1.5f, -0.5f }, requires_grad: true);
        PolicyLoss.Of(
            logProbs,
            [Response(1, -1), Response(-1, -1), Response(1, -1), Response(-1, -1)],
            [1, 1, 1, 1],
            null,
            Settings).Total.backward();
        float[] gradient = logProbs.grad!.data<float>().ToArray();
        Assert.Equal([0, 0], gradient[..2]);            // Further in the direction that it already went.
        Assert.All(gradient[2..], value => Assert.NotEqual(0, value)); // Back again.
    }

    // A response whose tokens had these log-probabilities under the policy that sampled them.
    private static TrainingSample Response(double advantage, params float[] old) =>
        new(new PromptedResponse([1], new int[old.Length], []), old, advantage);
}
