using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static Retrace.Training.Tests.Learning.SmallLearner;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

/// <summary>Learning when an adapter trains and the weights do not.</summary>
public sealed class LoraLearningTests
{
    private static readonly LoraSettings Lora = new(Rank: 3, Alpha: 6, LoraSettings.DecoderLayers);

    // Along the gradient's own direction, through all layers that are adapted: once in all A, once in all B.
    [Theory]
    [InlineData("lora_A", null)]
    [InlineData("lora_B", null)]
    [InlineData("experts.gate_up_proj.lora_A", "qwen3_vl_moe")]
    [InlineData("experts.gate_up_proj.lora_B", "qwen3_vl_moe")]
    [InlineData("experts.down_proj.lora_A", "qwen3_vl_moe")]
    [InlineData("experts.down_proj.lora_B", "qwen3_vl_moe")]
    public void The_gradient_of_an_adapter_is_the_slope_of_the_loss(string matrix, string? family)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create(family: family);
        using VisionLanguageNetwork policy = Adapted(start, family is null ? Lora : Lora with { Targets = ["experts"] });
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> all = GradientOf(policy, start, samples, Settings);
        Assert.Equal(2 * policy.Adapter!.Layers.Count, all.Count);
        Dictionary<string, Tensor> gradient =
            all.Where(part => part.Key.Contains(matrix)).ToDictionary(part => part.Key, part => part.Value);
        Assert.All(gradient, part => Assert.True(part.Value.abs().max().item<float>() > 0, part.Key));
        double norm = NormOf(gradient);
        double slope = SlopeOf(moved => LossOf(moved, start, samples, Settings), policy, gradient, distance: 2e-3);
        Assert.Equal(norm, slope, 0.01 * norm);
    }

    [Fact]
    public void Settings_adapt_all_layers_of_a_decoder_unless_told_otherwise() =>
        Assert.Equal(LoraSettings.DecoderLayers, new ModelSettings().LoraTargets.Split(' '));

    [Fact]
    public void Only_the_adapter_trains_and_has_optimizer_state()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork untouched = start.Clone();
        using VisionLanguageNetwork policy = Adapted(start, Lora);
        TrainingSample[] samples = Samples(policy);
        float[][] reference = LogProbs(start, samples);
        using VisionLanguageNetwork before = policy.Clone();
        Train(policy);
        using GrpoLearner learner = new(
            policy, start, Settings with { LearningRate = 1e-2, MaxGradNorm = 1 }, Rollout, seed: 0);
        for (int step = 1; step <= 3; step++)
        {
            learner.Learn(step, samples);
        }

        Assert.All(start.Parameters.Names, name =>
        {
            Assert.Equal(untouched.Parameters[name].bytes.ToArray(), policy.Parameters[name].bytes.ToArray());
            Assert.Null(policy.Parameters[name].grad);
        });
        string[] own = [.. policy.Parameters.Names.Where(name => !policy.Parameters.IsShared(name))];
        Assert.All(own, name =>
            Assert.NotEqual(before.Parameters[name].bytes.ToArray(), policy.Parameters[name].bytes.ToArray()));
        Assert.Equal(
            own.SelectMany(name => (string[])[$"first.{name}", $"second.{name}"]),
            learner.Optimizer.State.Select(state => state.Name));
        Assert.Equal(reference, LogProbs(start, samples));
        Assert.NotEqual(reference, LogProbs(policy, samples));
    }

    [Fact]
    public void In_bf16_steps_too_small_for_the_type_add_up()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork wide = SmallModel.Create();
        using VisionLanguageNetwork start = new(wide.Config, ScalarType.BFloat16, CPU);
        using (no_grad())
        {
            foreach (string name in wide.Parameters.Names)
            {
                start.Parameters[name].copy_(wide.Parameters[name]);
            }
        }
        using VisionLanguageNetwork policy = Adapted(start, Lora with { Dropout = 0.3 });
        TrainingSample[] samples = Samples(policy);
        Train(policy);
        using GrpoLearner learner = new(
            policy, start, Settings with { LearningRate = 1e-6, MaxGradNorm = 1 }, Rollout, seed: 0);
        const string A = "model.layers.0.self_attn.q_proj.lora_A.weight";
        float[] before = Precise();
        learner.Learn(1, samples);
        float[] moved = [.. Precise().Zip(before, (after, earlier) => Math.Abs(after - earlier))];

        Assert.Equal(ScalarType.BFloat16, policy.Parameters[A].dtype);
        Assert.InRange(moved.Max(), 5e-7, 2e-6);

        float[] Precise() => learner.Optimizer.State.Single(state => state.Name == $"wide.{A}").Tensor
            .data<float>().ToArray();
    }

    [Fact]
    public void The_reference_is_the_model_without_its_adapter()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork untouched = start.Clone();
        using VisionLanguageNetwork policy = Adapted(start, Lora);
        TrainingSample[] samples = Samples(policy);
        Train(policy);
        Assert.Equal(KlAgainst(untouched), KlAgainst(start));
        Assert.True(KlAgainst(start) > 0.01);

        double KlAgainst(VisionLanguageNetwork reference)
        {
            using GrpoLearner learner = new(policy, reference, Settings, Rollout, seed: 0);
            return learner.Learn(1, samples).Kl!.Value;
        }
    }

    [Fact]
    public void A_frozen_vision_tower_has_neither_gradients_nor_optimizer_state()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create();
        using VisionLanguageNetwork before = policy.Clone();
        TrainingSample[] samples = Samples(policy);
        policy.Train(vision: false);
        using GrpoLearner learner = new(
            policy, null, Settings with { LearningRate = 1e-3, Kl = 0 }, Rollout, seed: 0);
        learner.Learn(1, samples);
        foreach (string name in policy.Parameters.Names)
        {
            bool frozen = name.StartsWith("visual.", StringComparison.Ordinal);
            bool same = before.Parameters[name].bytes.SequenceEqual(policy.Parameters[name].bytes);
            Assert.True(frozen == same, name);
            Assert.True(frozen != policy.Parameters[name].requires_grad, name); // So a backward pass makes none.
            Assert.Equal(frozen ? 0 : 2, learner.Optimizer.State.Count(state =>
                state.Name == $"first.{name}" || state.Name == $"second.{name}"));
        }
    }

    [Fact]
    public void Dropout_is_that_of_the_seed_and_of_the_optimizers_step()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork policy = Adapted(start, Lora with { Dropout = 0.3 });
        TrainingSample[] samples = Samples(policy);
        float[] first = Flat(seed: 0);
        Assert.Equal(first, Flat(seed: 0));
        Assert.NotEqual(first, Flat(seed: 1));
        Assert.NotEqual(first, Flat(seed: 0, optimizerStep: 5));

        float[] Flat(long seed, int optimizerStep = 0) =>
        [
            .. GradientOf(policy, start, samples, Settings, seed, optimizerStep).Values
                .SelectMany(part => part.data<float>().ToArray()),
        ];
    }

    [Fact]
    public void No_step_leaves_a_tensor_behind()
    {
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork policy = Adapted(start, Lora with { Dropout = 0.3 });
        TrainingSample[] samples = Samples(policy);
        Train(policy);
        using GrpoLearner learner = new(policy, start, Settings, Rollout, seed: 0);
        learner.Learn(1, samples);
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 2; step <= 10; step++)
        {
            learner.Learn(step, samples);
        }
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Recomputed_activations_drop_the_same_inputs_and_give_the_same_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork policy = Adapted(start, Lora with { Dropout = 0.3 });
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> kept = GradientOf(policy, start, samples, Settings, seed: 5);
        Dictionary<string, Tensor> recomputed = GradientOf(policy, start, samples, Settings, seed: 5, recompute: true);
        Assert.Equal(2 * policy.Adapter!.Layers.Count, kept.Count);
        foreach ((string name, Tensor gradient) in kept)
        {
            Assert.True(gradient.abs().max().item<float>() > 0, name);
            Assert.True(gradient.equal(recomputed[name]).all().item<bool>(), name);
        }
    }

    // An adapter whose B is no longer zero.
    private static VisionLanguageNetwork Adapted(VisionLanguageNetwork start, LoraSettings lora)
    {
        using DisposeScope scope = NewDisposeScope();
        VisionLanguageNetwork policy = start.WithAdapter(lora, seed: 1);
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        using Scalar deviation = 0.1;
        foreach (string layer in policy.Adapter!.Layers)
        {
            Tensor b = policy.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(randn(b.shape, generator: generator).mul_(deviation));
        }
        return policy;
    }

    // Four responses of different lengths to a prompt with an image, with advantages of both signs.
    private static TrainingSample[] Samples(VisionLanguageNetwork policy)
    {
        ProcessedImage image = SmallModel.Image(4, 6, 1);
        int[] prompt = [3, .. Enumerable.Repeat(SmallModel.ImagePad, 6), 4, 11, 12];
        var random = new Random(4);
        PromptedResponse[] contents =
        [
            .. Enumerable.Range(0, 4).Select(i => new PromptedResponse(
                prompt, [.. Enumerable.Range(0, 2 + i).Select(_ => random.Next(9, 40))], [image])),
        ];
        float[][] logProbs = PromptedResponse.LogProbs(policy, contents, 1000, 1, CancellationToken.None);
        return
        [
            .. contents.Select((content, i) => new TrainingSample(content, logProbs[i], i % 2 == 0 ? 1 + i : -1 - i)),
        ];
    }

    private static float[][] LogProbs(
        VisionLanguageNetwork model, TrainingSample[] samples) => PromptedResponse.LogProbs(
        model, [.. samples.Select(sample => sample.Content)], 1000, 1, CancellationToken.None);
}
