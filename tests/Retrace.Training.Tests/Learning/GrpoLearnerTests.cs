using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Objectives;
using Retrace.Testing;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class GrpoLearnerTests
{
    private static readonly LearningSettings Settings = new()
    {
        LearningRate = 0,
        MiniBatch = 6,
        MaxGradNorm = 1e9,
        Kl = 0.1,
    };

    private static readonly RolloutSettings Rollout = new() { MaxResponseTokens = 10 };

    // Along the gradient's own direction, through vision tower, decoder, log-probabilities and loss.
    [Fact]
    public void The_gradient_of_the_loss_is_its_slope_in_the_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> gradient = GradientOf(policy, samples, Settings);
        double squaredNorm = gradient.Values.Sum(part => (part * part).sum().item<float>());

        const double Step = 2e-3;
        double slope = (LossAt(Step) - LossAt(-Step)) / (2 * Step);

        Close.Relative(Math.Sqrt(squaredNorm), slope, 0.01);

        double LossAt(double distance)
        {
            using var noGrad = no_grad();
            using VisionLanguageNetwork moved = policy.Clone();
            foreach ((string name, Tensor part) in gradient)
            {
                using Scalar share = distance / Math.Sqrt(squaredNorm);
                moved.Parameters[name].add_(part, share);
            }
            return LossOf(moved, policy, samples, Settings);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void The_gradient_of_one_micro_batch_is_that_of_several(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy)[..4];
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        int tokens = Enumerable.Range(1, 1000)
            .First(most => MicroBatch.Of(contents, policy.Config.Text, most).Count() <= count);
        Assert.Equal(count, MicroBatch.Of(contents, policy.Config.Text, tokens).Count());
        Assert.Single(MicroBatch.Of(contents, policy.Config.Text, Settings.TokensAtOnce));
        Dictionary<string, Tensor> whole = GradientOf(policy, samples, Settings);
        Dictionary<string, Tensor> parts = GradientOf(policy, samples, Settings with { MicroBatchTokens = tokens });
        foreach ((string name, Tensor expected) in whole)
        {
            double error = (parts[name] - expected).norm().item<float>() / expected.norm().item<float>();
            Assert.True(error < 1e-4, $"{name}: {error}");
        }
    }

    // The KL term is left out: it is ours, and importance does not weigh it.
    [Fact]
    public void Half_the_importance_is_half_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        LearningSettings settings = Settings with { Kl = 0 };
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> whole = GradientOf(policy, samples, settings);
        Dictionary<string, Tensor> half = GradientOf(
            policy,
            [
                .. samples.Select(sample => sample with
                {
                    Importance = new TokenImportance(Array.ConvertAll(sample.OldLogProbs, _ => 0.5f), 0),
                }),
            ],
            settings);
        foreach ((string name, Tensor expected) in whole)
        {
            using Scalar two = 2.0;
            double error = (half[name].mul(two) - expected).norm().item<float>();
            Assert.True(error < 1e-4 * expected.norm().item<float>(), $"{name}: {error}");
        }
    }

    // Of equal lengths all aggregations weigh tokens alike: the mean over tokens, or 2/10 of it where 10 are allowed.
    [Fact]
    public void The_aggregation_scales_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = [.. Samples(policy).Where(sample => sample.OldLogProbs.Length == 2)];
        Dictionary<string, Tensor> mean = GradientOf(policy, samples, Settings);
        foreach ((string loss, double expected) in new[] { ("sequence-mean", 1.0), ("constant", 0.2) })
        {
            Dictionary<string, Tensor> scaled = GradientOf(policy, samples, Settings with { Loss = loss });
            foreach ((string name, Tensor part) in mean.Where(part => part.Value.norm().item<float>() > 1e-3))
            {
                Close.Relative(expected, scaled[name].norm().item<float>() / part.norm().item<float>(), 1e-3, name);
            }
        }
    }

    [Fact]
    public void On_its_own_samples_nothing_is_clipped_and_the_divergence_is_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        using VisionLanguageNetwork reference = policy.Clone();
        policy.Parameters.Train(_ => true);
        using GrpoLearner learner = new(policy, reference, Settings, Rollout, seed: 0);
        LearningStatistics learned = learner.Learn(1, Samples(policy));
        Assert.Equal(0, learned.ClipFraction);
        Assert.Equal(0, learned.Kl!.Value, 1e-6);
        Assert.True(learned.GradNorm > 0);
    }

    [Fact]
    public void A_step_makes_what_is_good_likelier_and_what_is_bad_less_likely()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        double[] before = SumOfLogProbs(policy, samples);
        policy.Parameters.Train(_ => true);
        using GrpoLearner learner = new(
            policy, null, Settings with { LearningRate = 1e-3, Kl = 0, MaxGradNorm = 1 }, Rollout, seed: 0);
        learner.Learn(1, samples);
        double[] after = SumOfLogProbs(policy, samples);
        Assert.All(Enumerable.Range(0, samples.Length), i =>
            Assert.Equal(Math.Sign(samples[i].Advantage), Math.Sign(after[i] - before[i])));
    }

    [Fact]
    public void The_step_size_rises_over_the_warm_up()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        policy.Parameters.Train(_ => true);
        LearningSettings settings = Settings with { LearningRate = 1e-5, WarmupSteps = 4, MiniBatch = 3 };
        using GrpoLearner learner = new(policy, null, settings, Rollout, seed: 0);
        // Six samples in mini-batches of three are two optimizer steps.
        Assert.Equal([0.5e-5, 1e-5, 1e-5], new[] { 1, 2, 3 }.Select(step => learner.Learn(step, samples).LearningRate));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_training()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        samples[2] = samples[2] with { Advantage = double.NaN };
        policy.Parameters.Train(_ => true);
        using GrpoLearner learner = new(policy, null, Settings, Rollout, seed: 0);
        NotFiniteException error =
            Assert.Throws<NotFiniteException>(() => learner.Learn(7, samples));
        Assert.Contains("step 7", error.Message);
    }

    // Of more than 200 steps none may leave a tensor behind.
    [Fact]
    [Trait("Time", "long")]
    public void Memory_stays_flat_over_two_hundred_steps()
    {
        using VisionLanguageNetwork policy = SmallModel.Create();
        using VisionLanguageNetwork reference = policy.Clone();
        TrainingSample[] samples = Samples(policy);
        policy.Parameters.Train(_ => true);
        using GrpoLearner learner = new(policy, reference, Settings, Rollout, seed: 0);
        learner.Learn(1, samples);
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 2; step <= 201; step++)
        {
            learner.Learn(step, samples);
        }
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // Six responses of different lengths to two prompts of different images, with advantages of both signs.
    internal static TrainingSample[] Samples(VisionLanguageNetwork policy)
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

    private static double[] SumOfLogProbs(VisionLanguageNetwork policy, TrainingSample[] samples)
    {
        using var noGrad = no_grad();
        return
        [
            .. samples.Select(sample =>
            {
                using TokenPredictions predictions = PromptedResponse.Predict(policy, [sample.Content]);
                return (double)predictions.LogProbs.sum().item<float>();
            }),
        ];
    }

    /// <summary>The loss of samples that make one mini-batch, without the learner.</summary>
    internal static double LossOf(
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

    // The gradient that GrpoLearner leaves to the optimizer, read off AdamW's first moment: (1 − 0.9) · gradient.
    internal static Dictionary<string, Tensor> GradientOf(
        VisionLanguageNetwork policy, TrainingSample[] samples, LearningSettings settings)
    {
        using VisionLanguageNetwork trained = policy.Clone();
        trained.Parameters.Train(_ => true);
        using GrpoLearner learner = new(trained, policy, settings, Rollout, seed: 0);
        learner.Learn(1, samples);
        using Scalar tenth = 0.1;
        return learner.Optimizer.State
            .Where(state => state.Name.StartsWith("first.", StringComparison.Ordinal))
            .ToDictionary(state => state.Name["first.".Length..], state => state.Tensor.div(tenth));
    }
}
