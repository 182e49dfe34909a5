using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Objectives;
using Retrace.Testing;
using Retrace.Training.Learning;
using TorchSharp;
using static Retrace.Training.Tests.Learning.SmallLearner;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class GrpoLearnerTests
{
    // Along the gradient's own direction, through vision tower, decoder, log-probabilities and loss.
    [Fact]
    public void The_gradient_of_the_loss_is_its_slope_in_the_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> gradient = GradientOf(policy, policy, samples, Settings);
        double slope = SlopeOf(moved => LossOf(moved, policy, samples, Settings), policy, gradient, distance: 2e-3);
        Close.Relative(NormOf(gradient), slope, 0.01);
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
        AssertSameGradients(
            GradientOf(policy, policy, samples, Settings),
            GradientOf(policy, policy, samples, Settings with { MicroBatchTokens = tokens }));
    }

    // The KL term is left out: it is ours, and importance does not weigh it.
    [Fact]
    public void Half_the_importance_is_half_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        LearningSettings settings = Settings with { Kl = 0 };
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> whole = GradientOf(policy, policy, samples, settings);
        Dictionary<string, Tensor> half = GradientOf(
            policy,
            policy,
            [
                .. samples.Select(sample => sample with
                {
                    Importance = new TokenImportance(Array.ConvertAll(sample.OldLogProbs, _ => 0.5f), 0),
                }),
            ],
            settings);
        using Scalar two = 2.0;
        AssertSameGradients(whole, half.ToDictionary(part => part.Key, part => part.Value.mul(two)));
    }

    // Of equal lengths all aggregations weigh tokens alike: the mean over tokens, or 2/10 of it where 10 are allowed.
    [Fact]
    public void The_aggregation_scales_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = [.. Samples(policy).Where(sample => sample.OldLogProbs.Length == 2)];
        Dictionary<string, Tensor> mean = GradientOf(policy, policy, samples, Settings);
        foreach ((string loss, double expected) in new[] { ("sequence-mean", 1.0), ("constant", 0.2) })
        {
            Dictionary<string, Tensor> scaled = GradientOf(policy, policy, samples, Settings with { Loss = loss });
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
        Train(policy);
        using GrpoLearner learner = new(policy, reference, Settings, Rollout, seed: 0);
        LearningStatistics learned = learner.Learn(1, Samples(policy));
        Assert.Equal(0, learned.ClipFraction);
        Assert.Equal(0, learned.Kl!.Value, 1e-6);
        Assert.True(learned.GradNorm > 0);
        Assert.Equal(Samples(policy).Sum(sample => sample.Content.Response.Length), learned.Tokens);
        Assert.Equal(1, learned.Passes!.PerUpdate);
        Assert.Null(learned.Passes.FixedShare); // Of one pass.
    }

    [Fact]
    public void A_step_makes_what_is_good_likelier_and_what_is_bad_less_likely()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        double[] before = SumOfLogProbs();
        Train(policy);
        using GrpoLearner learner = new(
            policy, null, Settings with { LearningRate = 1e-3, Kl = 0, MaxGradNorm = 1 }, Rollout, seed: 0);
        learner.Learn(1, samples);
        double[] after = SumOfLogProbs();
        Assert.All(Enumerable.Range(0, samples.Length), i =>
            Assert.Equal(Math.Sign(samples[i].Advantage), Math.Sign(after[i] - before[i])));

        double[] SumOfLogProbs() => [.. LogProbs(policy, samples).Select(response => response.Sum())];
    }

    [Fact]
    public void The_step_size_rises_over_the_warm_up()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        TrainingSample[] samples = Samples(policy);
        Train(policy);
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
        Train(policy);
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
        Train(policy);
        using GrpoLearner learner = new(policy, reference, Settings, Rollout, seed: 0);
        learner.Learn(1, samples);
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 2; step <= 201; step++)
        {
            learner.Learn(step, samples);
        }
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
