using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

/// <summary>Samples of a <see cref="SmallModel"/> to learn from, and what the learner makes of them.</summary>
internal static class SmallLearner
{
    /// <summary>One mini-batch a step, whose gradient is neither clipped nor followed.</summary>
    public static LearningSettings Settings { get; } = new()
    {
        LearningRate = 0,
        MiniBatch = 6,
        MaxGradNorm = 1e9,
        Kl = 0.1,
    };

    public static RolloutSettings Rollout { get; } = new() { MaxResponseTokens = 10 };

    /// <summary>Six responses of different lengths to two prompts of different images, with advantages of both signs.</summary>
    public static TrainingSample[] Samples(VisionLanguageNetwork policy)
    {
        ProcessedImage wide = SmallModel.Image(4, 6, 1);
        ProcessedImage high = SmallModel.Image(6, 2, 2);
        int[] first = [3, .. Enumerable.Repeat(SmallModel.ImagePad, 6), 4, 11, 12];
        int[] second = [3, .. Enumerable.Repeat(SmallModel.ImagePad, 3), 4, 13];
        var random = new Random(4);
        PromptedResponse[] contents =
        [
            .. Enumerable.Range(0, 6).Select(i => new PromptedResponse(
                i < 3 ? first : second,
                [.. Enumerable.Range(0, 2 + (i % 3)).Select(_ => random.Next(9, 40))],
                [i < 3 ? wide : high])),
        ];
        using var noGrad = no_grad();
        using TokenPredictions predictions = PromptedResponse.Predict(policy, contents);
        float[] logProbs = predictions.LogProbs.data<float>().ToArray();
        int start = 0;
        return
        [
            .. contents.Select((content, i) => new TrainingSample(
                content,
                logProbs[start..(start += content.Response.Length)],
                i % 2 == 0 ? 1 + i : -1 - i)),
        ];
    }

    /// <summary>[samples][T] ln p of the responses, each in a row of its own.</summary>
    public static double[][] LogProbs(VisionLanguageNetwork policy, TrainingSample[] samples)
    {
        using var noGrad = no_grad();
        return
        [
            .. samples.Select(sample =>
            {
                using TokenPredictions predictions = PromptedResponse.Predict(policy, [sample.Content]);
                return Array.ConvertAll(predictions.LogProbs.data<float>().ToArray(), value => (double)value);
            }),
        ];
    }

    /// <summary>The loss of samples that make one mini-batch, without the learner.</summary>
    public static double LossOf(
        VisionLanguageNetwork policy,
        VisionLanguageNetwork reference,
        TrainingSample[] samples,
        LearningSettings settings)
    {
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        return PolicyLoss.Of(
            PromptedResponse.Predict(policy, contents).LogProbs,
            samples,
            [.. samples.Select(_ => 1f / samples.Sum(other => other.OldLogProbs.Length))],
            PromptedResponse.Predict(reference, contents).LogProbs,
            new PolicyLossSettings(settings.PolicyObjective(), settings.Kl, KlEstimator.K3)).Total.item<float>();
    }

    /// <summary>The gradient that a learner leaves to the optimizer. The model itself stays as it is.</summary>
    /// <param name="optimizerStep">How many steps the optimizer has taken before.</param>
    /// <param name="recompute">Whether activations are computed again for the backward pass.</param>
    public static Dictionary<string, Tensor> GradientOf(
        VisionLanguageNetwork policy,
        VisionLanguageNetwork reference,
        TrainingSample[] samples,
        LearningSettings settings,
        long seed = 0,
        int optimizerStep = 0,
        bool recompute = false)
    {
        using VisionLanguageNetwork trained = policy.Clone();
        Train(trained);
        trained.RecomputesActivations = recompute;
        using GrpoLearner learner = new(trained, reference, settings, Rollout, seed);
        learner.Optimizer.ResumeAt(optimizerStep);
        learner.Learn(1, samples);
        return FirstGradientOf(learner);
    }

    /// <summary>The gradient of a learner's only step, read off AdamW's first moment: (1 − 0.9) · gradient.</summary>
    public static Dictionary<string, Tensor> FirstGradientOf(GrpoLearner learner)
    {
        using Scalar tenth = 0.1;
        return learner.Optimizer.State
            .Where(state => state.Name.StartsWith("first.", StringComparison.Ordinal))
            .ToDictionary(state => state.Name["first.".Length..], state => state.Tensor.div(tenth));
    }

    /// <summary>Has gradients computed of all weights that a model does not share with the one that it adapts.</summary>
    public static void Train(VisionLanguageNetwork policy) =>
        policy.Parameters.Train(name => !policy.Parameters.IsShared(name));

    /// <summary>The Euclidean norm of a gradient.</summary>
    public static double NormOf(Dictionary<string, Tensor> gradient) =>
        Math.Sqrt(gradient.Values.Sum(part => part.square().sum().item<float>()));

    /// <summary>
    /// The slope of a loss along a gradient's own direction, from the losses a distance before and behind a model. It is the
    /// gradient's norm.
    /// </summary>
    public static double SlopeOf(
        Func<VisionLanguageNetwork, double> loss,
        VisionLanguageNetwork policy,
        Dictionary<string, Tensor> gradient,
        double distance)
    {
        double norm = NormOf(gradient);
        return (LossAt(distance) - LossAt(-distance)) / (2 * distance);

        double LossAt(double moved)
        {
            using var noGrad = no_grad();
            using VisionLanguageNetwork copy = policy.Clone();
            using Scalar share = moved / norm;
            foreach ((string name, Tensor part) in gradient)
            {
                copy.Parameters[name].add_(part, share);
            }
            return loss(copy);
        }
    }

    /// <summary>Checks that two gradients are equal, each part within a tenth of a thousandth of its norm.</summary>
    public static void AssertSameGradients(
        Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual, string? what = null)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string name, Tensor part) in expected)
        {
            double error = (actual[name] - part).norm().item<float>();
            Assert.True(error < 1e-4 * part.norm().item<float>(), $"{what} {name}: {error}");
        }
    }
}
