using CsCheck;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class PolicyLossTests
{
    private static readonly PolicyLossSettings Settings = new(Clip: 0.2, KlWeight: 0.01, KlEstimator.K3);

    [Fact]
    public void It_is_the_sum_that_one_computes_by_hand()
    {
        using DisposeScope scope = NewDisposeScope();
        // Ratios e^0.1, e^0.5, e^−0.5; the second is clipped from above, the third, with A < 0, from below.
        PolicyLoss loss = PolicyLoss.Of(
            tensor(new[] { -1.0f, -0.5f, -2.0f }),
            tensor(new[] { -1.1f, -1.0f, -1.5f }),
            tensor(new[] { -1.2f, -0.5f, -1.0f }),
            tensor(new[] { 1.0f, 2.0f, -1.0f }),
            Settings,
            tokensInMiniBatch: 4);

        double policy = -(Math.Exp(0.1) * 1) - (1.2 * 2) + (0.8 * 1);
        double kl = (Math.Exp(-0.2) + 0.2 - 1) + 0 + (Math.Exp(1) - 1 - 1);
        Assert.Equal((policy + (0.01 * kl)) / 4, loss.Total.item<float>(), 1e-6);
        Assert.Equal(kl, loss.KlSum.item<float>(), 1e-6);
        Assert.Equal(2, loss.ClippedCount.item<long>());
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
            tensor(new[] { -0.7f }),
            tensor(new[] { -1.0f }),
            tensor(new[] { 0.0f }),
            Settings with { Estimator = estimator },
            tokensInMiniBatch: 1);
        Assert.Equal(expected, loss.KlSum.item<float>(), 1e-6);
    }

    [Fact]
    public void K3_is_never_negative_and_zero_only_for_equal_policies() =>
        Gen.Select(Gen.Float[-12, 0], Gen.Float[-12, 0]).Sample((policy, reference) =>
        {
            using DisposeScope scope = NewDisposeScope();
            PolicyLoss loss = PolicyLoss.Of(
                tensor(new[] { policy }),
                tensor(new[] { policy }),
                tensor(new[] { reference }),
                tensor(new[] { 0.0f }),
                Settings,
                tokensInMiniBatch: 1);
            double kl = loss.KlSum.item<float>();
            Assert.True(kl >= -1e-6);
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
            tensor(old),
            tensor(reference),
            tensor(advantages),
            new PolicyLossSettings(0.2, 0.3, estimator),
            tokensInMiniBatch: policy.Length).Total;
    }

    [Fact]
    public void Beyond_the_clip_a_token_pulls_no_further()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbs = tensor(new[] { -0.5f, -1.5f, -1.5f, -0.5f }, requires_grad: true);
        PolicyLoss.Of(
            logProbs,
            tensor(new[] { -1.0f, -1.0f, -1.0f, -1.0f }),
            null,
            tensor(new[] { 1.0f, -1.0f, 1.0f, -1.0f }),
            Settings,
            tokensInMiniBatch: 1).Total.backward();
        float[] gradient = logProbs.grad!.data<float>().ToArray();
        Assert.Equal([0, 0], gradient[..2]);            // Further in the direction that it already went.
        Assert.All(gradient[2..], value => Assert.NotEqual(0, value)); // Back again.
    }
}
