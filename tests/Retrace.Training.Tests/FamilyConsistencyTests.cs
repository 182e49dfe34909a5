using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;
using Retrace.Training.Tests.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests;

/// <summary>
/// Rollout and learning of every family compute the same policy: through the cache, packed into rows, in micro-batches of
/// any size, with an adapter and without.
/// </summary>
public sealed class FamilyConsistencyTests
{
    private const int MaxTokens = 20;
    private const int AllInOne = 100_000;

    private static readonly ProcessedImage[] Images = [SmallModel.Image(4, 4, 1), SmallModel.Image(4, 6, 2)];

    // One image, none, two of other sizes, and one that another prompt shows too.
    private static readonly (int[] Tokens, ProcessedImage[] Images)[] Prompts =
    [
        ([10, 2, 7, 7, 7, 7, 3, 11, 12, 13], [Images[0]]),
        ([14, 15, 16], []),
        ([2, 7, 7, 7, 7, 7, 7, 3, 2, 7, 7, 7, 7, 3, 17, 18], [Images[1], Images[0]]),
        ([2, 7, 7, 7, 7, 7, 7, 3, 19], [Images[1]]),
    ];

    private static readonly LearningSettings Settings = new()
    {
        LearningRate = 0,
        MiniBatch = 100,
        MaxGradNorm = 1e9,
        Kl = 0,
        Clip = 0.9, // No ratio is out of it, not even where a token goes to another expert in bf16.
        MicroBatchTokens = AllInOne,
    };

    private static readonly RolloutSettings Rollout = new() { MaxResponseTokens = MaxTokens };

    public static MatrixTheoryData<string, bool> FamiliesWithAndWithoutAdapter { get; } =
        new(SmallModel.Families, [false, true]);

    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void The_ratio_of_the_first_update_is_one_in_micro_batches_of_any_size(string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        TrainingSample[] samples = Samples(policy, samplesOfPrompt: 4);
        Assert.All(samples, sample =>
            Assert.Empty(sample.Content.Response.Intersect(policy.Config.Tokens.NeverSampled)));

        foreach (int microBatchTokens in (int[])[1, 40, 120, AllInOne])
        {
            double worst = Ratios(policy, samples, microBatchTokens).Max();
            Assert.True(worst < 1e-5, $"{microBatchTokens} tokens: the ratio is off by {worst}");
        }
        // Packed where it pays, a row each where micro-batches are small.
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        Assert.All(MicroBatch.Of(contents, policy.Config.Text, 1), one => Assert.Single(one.Places));
        Assert.Single(MicroBatch.Of(contents, policy.Config.Text, AllInOne));
    }

    // Of every two rows of the head one gives far the highest logit, wherever the states lie.
    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void Tokens_of_images_and_padding_are_never_sampled_however_high_their_logits(string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        IReadOnlyList<int> never = model.Config.Tokens.NeverSampled;
        foreach ((int place, int token) in never.Index())
        {
            using var noGrad = no_grad();
            model.Parameters["lm_head.weight"][token].copy_(full([model.Config.Text.HiddenSize], place % 2 == 0 ? 100f : -100f));
        }
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        var engine = new LocalRolloutEngine(policy, maxBatchSequences: 100);
        foreach (SamplingSettings sampling in (SamplingSettings[])[new(0), new(1), new(1, TopP: 0.5)])
        {
            Generation[][] generated =
                engine.Generate(Requests(samplesOfPrompt: 2), sampling, TestContext.Current.CancellationToken);
            Assert.All(generated.SelectMany(group => group), one => Assert.Empty(one.Tokens.Intersect(never)));
        }
        Assert.True(Ratios(policy, Samples(policy, samplesOfPrompt: 2), AllInOne).Max() < 1e-5);
    }

    // docs/families.md states the figures, as the mean over tokens and the most of one. Rounding may send a token to other
    // experts.
    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void In_bf16_the_ratio_of_the_first_update_is_one_but_for_rounding(string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(type: ScalarType.BFloat16, family: family);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        (double mean, double most) = policy.Config.Text.Experts is null ? (0.015, 0.1) : (0.03, 0.5);
        TrainingSample[] samples = Samples(policy, samplesOfPrompt: 4);
        foreach (int microBatchTokens in (int[])[1, 120, AllInOne])
        {
            double[] off = Ratios(policy, samples, microBatchTokens);
            TestContext.Current.SendDiagnosticMessage(
                $"{family}, {(adapts ? "adapter" : "no adapter")}, {microBatchTokens} tokens: {off.Average():0.00000} in the mean, "
                + $"{off.Max():0.000} at most, of {off.Length}");
            Assert.True(
                off.Average() < mean && off.Max() < most,
                $"{microBatchTokens} tokens: the ratio is off by {off.Average()}, by {off.Max()} at most");
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void The_gradient_is_the_same_in_one_two_four_and_as_many_micro_batches_as_samples(string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        Dictionary<string, Tensor>[] gradients = GradientsInParts(policy);

        double size = SmallLearner.NormOf(gradients[0]);
        Assert.True(size > 1e-3);
        foreach (Dictionary<string, Tensor> other in gradients[1..])
        {
            foreach ((string name, Tensor expected) in gradients[0])
            {
                double error = (other[name] - expected).norm().item<float>();
                Assert.True(
                    error < 1e-4 * Math.Max(expected.norm().item<float>(), 1e-3 * size), $"{name}: {error}");
            }
        }
    }

    // docs/families.md states the figures. What is rounded to 8 bits depends on what stands in a row, and a token may go to
    // other experts.
    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void In_bf16_the_gradient_is_the_same_in_any_number_of_micro_batches_but_for_rounding(string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, type: ScalarType.BFloat16, family: family);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        Dictionary<string, Tensor>[] gradients = GradientsInParts(adapted ?? model);

        double size = SmallLearner.NormOf(gradients[0]);
        double[] off = [.. gradients[1..].Select(other => SmallLearner.NormOf(
            other.ToDictionary(pair => pair.Key, pair => pair.Value - gradients[0][pair.Key])) / size)];
        TestContext.Current.SendDiagnosticMessage(
            $"{family}, {(adapts ? "adapter" : "no adapter")}: off by {string.Join(", ", off.Select(one => $"{one:0.0000}"))}");
        Assert.All(off, one => Assert.InRange(one, 0, 0.05));
    }

    // Together and alone: an image, none, two, and one of another shape.
    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void What_stands_beside_a_prompt_changes_neither_ids_nor_positions_nor_log_probabilities(
        string family, bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        var engine = new LocalRolloutEngine(policy, maxBatchSequences: 100);
        Generation[][] together = engine.Generate(
            Requests(samplesOfPrompt: 2), new SamplingSettings(1), TestContext.Current.CancellationToken);
        SequenceBatch all = Batch(policy, Prompts);
        int width = (int)all.Tokens.shape[1];

        for (int i = 0; i < Prompts.Length; i++)
        {
            Generation[] alone = engine.Generate(
                [Requests(samplesOfPrompt: 2)[i]], new SamplingSettings(1), TestContext.Current.CancellationToken)[0];
            foreach ((Generation expected, Generation actual) in alone.Zip(together[i]))
            {
                Assert.Equal(expected.Tokens, actual.Tokens);
                Assert.All(expected.LogProbs.Zip(actual.LogProbs), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            }
            SequenceBatch own = Batch(policy, [Prompts[i]]);
            int length = Prompts[i].Tokens.Length;
            Assert.Equal(own.NextPositions[0], all.NextPositions[i]);
            Assert.Equal(
                own.Positions.select(1, 0).contiguous().data<long>().ToArray(),
                all.Positions.select(1, i).narrow(1, width - length, length).contiguous().data<long>().ToArray());
            Assert.Equal(
                own.Tokens[0].data<long>().ToArray(),
                all.Tokens[i].narrow(0, width - length, length).contiguous().data<long>().ToArray());
        }
    }

    private static SequenceBatch Batch(
        VisionLanguageNetwork policy, (int[] Tokens, ProcessedImage[] Images)[] prompts)
    {
        using var noGrad = no_grad();
        return SequenceBatch.Of(
            policy.Config,
            [.. prompts.Select(prompt => new TokenSequence(
                prompt.Tokens, [.. prompt.Images.Select(image => Array.IndexOf(Images, image))]))],
            policy.EncodeImages(Images),
            PaddingSide.Left,
            CPU);
    }

    // In one, two and four micro-batches, and in one for each sample.
    private static Dictionary<string, Tensor>[] GradientsInParts(VisionLanguageNetwork policy)
    {
        TrainingSample[] samples = Samples(policy, samplesOfPrompt: 3);
        int[] sizes = [AllInOne, .. ((int[])[2, 4]).Select(count => TokensFor(policy, samples, count)), 1];
        return [.. sizes.Select(size => GradientOf(policy, samples, Settings with { MicroBatchTokens = size }))];
    }

    // The largest bound on tokens that gives so many micro-batches.
    private static int TokensFor(VisionLanguageNetwork policy, TrainingSample[] samples, int count)
    {
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        return Enumerable.Range(1, 2000).Last(
            tokens => MicroBatch.Of(contents, policy.Config.Text, tokens).Count() == count);
    }

    // How far the probabilities in learning by those in the rollout are from 1, of all tokens.
    private static double[] Ratios(VisionLanguageNetwork policy, TrainingSample[] samples, int microBatchTokens)
    {
        float[][] logProbs = PromptedResponse.LogProbs(
            policy,
            [.. samples.Select(sample => sample.Content)],
            microBatchTokens,
            temperature: 1,
            TestContext.Current.CancellationToken);
        return
        [
            .. samples.Zip(logProbs).SelectMany(pair => pair.First.OldLogProbs.Zip(pair.Second))
                .Select(pair => Math.Abs(Math.Exp((double)pair.Second - pair.First) - 1)),
        ];
    }

    private static VisionLanguageNetwork Adapted(VisionLanguageNetwork model)
    {
        VisionLanguageNetwork adapted =
            model.WithAdapter(new LoraSettings(Rank: 2, Alpha: 4, SmallModel.LoraTargets(model.Config.Family.ModelType)), seed: 1);
        using var noGrad = no_grad();
        foreach (string layer in adapted.Adapter!.Layers)
        {
            Tensor b = adapted.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(((arange(b.numel()) % 7) - 3).view(b.shape).to(b.dtype) * 0.05);
        }
        return adapted;
    }

    private static RolloutRequest[] Requests(int samplesOfPrompt) =>
    [
        .. Prompts.Select((prompt, i) => new RolloutRequest(
            prompt.Tokens,
            prompt.Images,
            MaxTokens,
            [.. Enumerable.Range(0, samplesOfPrompt).Select(sample => RandomStream.For(11, i, sample))])),
    ];

    private static TrainingSample[] Samples(VisionLanguageNetwork policy, int samplesOfPrompt)
    {
        Generation[][] generated = new LocalRolloutEngine(policy, 7).Generate(
            Requests(samplesOfPrompt), new SamplingSettings(1), TestContext.Current.CancellationToken);
        return
        [
            .. generated.SelectMany((group, i) => group.Select((one, place) => new TrainingSample(
                new PromptedResponse(Prompts[i].Tokens, [.. one.Tokens], Prompts[i].Images),
                [.. one.LogProbs],
                Advantage: place % 2 == 0 ? 1 : -0.5))),
        ];
    }

    private static Dictionary<string, Tensor> GradientOf(
        VisionLanguageNetwork policy, TrainingSample[] samples, LearningSettings settings)
    {
        using VisionLanguageNetwork trained = policy.Clone();
        trained.Train();
        using GrpoLearner learner = new(trained, reference: null, settings, Rollout, seed: 0);
        LearningStatistics learned = learner.Learn(1, samples);
        Assert.Equal(0, learned.ClipFraction);
        return SmallLearner.FirstGradientOf(learner);
    }
}
