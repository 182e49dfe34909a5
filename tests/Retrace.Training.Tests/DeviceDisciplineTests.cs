using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests;

/// <summary>
/// Learning and decoding of every family run on libtorch's meta device, which has shapes and no values: element-wise
/// operations fail there where devices are mixed, as on a GPU, and so does reading a value. What runs there keeps to one
/// device, and makes no round trip to the host; the round trips that remain are counted on the CPU.
/// </summary>
/// <remarks>
/// Products take a tensor from anywhere on the meta device, and indexing does but for <see cref="Indexing"/>. That they
/// get none from the host follows from RT0001 (eng/Analyzers), which has every new tensor's device named, from the
/// places where the host is named (HostMemoryTests), and from <see cref="OnMeta"/>, which looks at what is handed to them here.
/// </remarks>
public sealed class DeviceDisciplineTests
{
    private static readonly ProcessedImage Image = SmallModel.Image(4, 6, 2);
    private static readonly int[] Illustrated = [2, 7, 7, 7, 7, 7, 7, 3, 11, 12];
    private static readonly int[] Text = [14, 15, 16];

    // Two prompts, each shared by several responses.
    private static readonly PromptedResponse[] Responses =
    [
        new(Illustrated, [20, 21, 22, 1], [Image]),
        new(Illustrated, [23, 1], [Image]),
        new(Text, [24, 25, 26], []),
        new(Text, [27, 28, 29, 30], []),
        new(Illustrated, [31, 32, 33], [Image]),
    ];

    private static readonly SamplingSettings Sampling = new(0.8, TopP: 0.9, MeasureSelfCertainty: true)
    {
        Likeliest = 20,
    };

    public static MatrixTheoryData<string, bool, bool, ScalarType> Learners { get; } = new(
        SmallModel.Families, [false, true], [false, true], [ScalarType.Float32, ScalarType.BFloat16]);

    public static MatrixTheoryData<string, bool, ScalarType> Decoders { get; } =
        new(SmallModel.Families, [false, true], [ScalarType.Float32, ScalarType.BFloat16]);

    public static TheoryData<string> Families { get; } = [.. SmallModel.Families];

    [Theory]
    [MemberData(nameof(Learners))]
    public void Learning_keeps_to_the_models_device_and_reads_no_value(
        string family, bool adapts, bool recomputes, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = new(SmallModel.Config(tied: true, family), type, META);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        policy.Train();
        policy.RecomputesActivations = recomputes;
        using AdamW optimizer = new(policy.Parameters, weightDecay: 0.1);
        MicroBatch batch = Assert.Single(MicroBatch.Of(Responses, policy.Config.Text, maxTokens: 1000));
        long read = HostCopy.Count;

        using var backward = BackwardPass.Begin(BackwardPass.Records(DeviceType.CUDA));
        using IDisposable? dropping = adapted?.Adapter!.Dropout.During(pass: 1);
        using TokenPredictions predictions = batch.Predict(policy, temperature: 0.7, entropies: true);
        int tokens = Responses.Sum(one => one.Response.Length);
        Assert.Equal([tokens], predictions.LogProbs.shape);
        Tensor given = empty(tokens, dtype: ScalarType.Float32, device: META);
        // The objective is made of numbers that are read, which the test below counts; what is made of it on the device is here.
        Tensor divergence = PolicyLoss.Kl(predictions.LogProbs, given, KlEstimator.K2);
        Tensor loss = PolicyLoss.TotalOf(predictions.LogProbs, new float[tokens], objective: 1)
            .Plus(PolicyLoss.WeightedKl(divergence, new float[tokens], beta: 0.1));
        backward.From(loss);
        string[] without = [.. Trained(policy).Where(name => policy.Parameters[name].grad is null)];
        Assert.True(without.Length == 0, $"no gradient reached {string.Join(", ", without)}");
        Tensor squares = optimizer.SquaredNorm()!;
        optimizer.ScaleGradients(0.5);

        using Tensor step = FusedAdamW.StepNumber(1, META);
        OnMeta(
        [
            predictions.LogProbs, predictions.Entropies!, divergence, loss, squares, step,
            .. policy.Parameters.Names.Select(name => policy.Parameters[name]),
            .. Trained(policy).Select(name => policy.Parameters[name].grad!),
            .. optimizer.State.Select(state => state.Tensor),
        ]);
        Assert.Equal(read, HostCopy.Count);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Predictions_made_in_parts_keep_to_the_models_device(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = new(SmallModel.Config(tied: false, family), ScalarType.BFloat16, META);
        model.Train();
        using SequenceBatch batch =
            SequenceBatch.Of(model.Config, [new TokenSequence(Text, [])], null, PaddingSide.Right, META);
        Tensor places = tensor((long[])[0, 1, 2], device: META);
        Tensor hidden = model.Forward(batch, images: null);

        using TokenPredictions predictions = TokenPredictions.Of(
            model, hidden, places, places, temperature: 1, entropies: true, targetsAtOnce: 2);
        predictions.LogProbs.sum().backward();

        Assert.Equal([3], predictions.LogProbs.shape);
        OnMeta([hidden, places, predictions.LogProbs, predictions.Entropies!, .. TensorsOf(batch)]);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Decoding_keeps_to_the_models_device_and_reads_no_value(string family, bool adapts, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using var inference = inference_mode();
        using VisionLanguageNetwork model = new(SmallModel.Config(tied: true, family), type, META);
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        using TokenSampler sampler = new(Sampling, policy.Config.Tokens.Stops, META);
        long read = HostCopy.Count;

        using ImageFeatures features = policy.EncodeImages([Image]);
        using SequenceBatch prompts = SequenceBatch.Of(
            policy.Config,
            [new TokenSequence(Illustrated, [0]), new TokenSequence(Text, [])],
            features,
            PaddingSide.Left,
            META);
        (ForkedCache cache, Tensor hidden) = policy.Prefill(prompts, features, [3, 2]);
        using ForkedCache held = cache;
        using Decoding decoding = policy.BeginDecoding(transposes: false);
        hidden = hidden.RowsAt(tensor((long[])[0, 0, 0, 1, 1], device: META));
        int rows = 5;
        for (int step = 0; step < 70; step++) // Past the room that a cache begins with.
        {
            (Tensor tokens, Tensor measured) =
                sampler.Sample(decoding.Logits(hidden), empty(rows, 1, dtype: ScalarType.Float32, device: META));
            OnMeta([hidden, tokens, measured]);
            Assert.Equal([6, rows], measured.shape);
            if (step == 3)
            {
                cache.Keep([0, 2, 4]);
                rows = 3;
                tokens = tokens.narrow(0, 0, rows);
            }
            hidden = decoding.Step(tokens, zeros(rows, dtype: ScalarType.Int64, device: META), cache);
            // The first is the length, which the host knows; what a cache does not need is empty.
            OnMeta(cache.Tensors.Skip(1).Where(held => held.numel() > 0));
        }

        OnMeta([features.Rows, .. TensorsOf(prompts)]);
        Assert.Equal(read, HostCopy.Count);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_rollout_comes_as_far_as_reading_its_first_samples(string family)
    {
        using VisionLanguageNetwork model = new(SmallModel.Config(tied: true, family), ScalarType.BFloat16, META);
        long read = HostCopy.Count;

        Assert.Throws<NotSupportedException>(() => new LocalRolloutEngine(model, maxBatchSequences: 8).Generate(
            Requests(maxTokens: 4), Sampling, TestContext.Current.CancellationToken));

        Assert.Equal(read + 1, HostCopy.Count);
    }

    // Of experts the tokens are counted besides, once in each of their layers: DecodingStep.py says where.
    [Theory]
    [MemberData(nameof(Families))]
    public void A_rollout_reads_once_a_step_whatever_its_sequences_and_layers(string family)
    {
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        int expertLayers = model.Config.Text.Experts?.Layers.Count ?? 0;
        SamplingSettings sampling = new(Temperature: 1);
        long read = HostCopy.Count;

        Generation[][] made = new LocalRolloutEngine(model, maxBatchSequences: 8).Generate(
            Requests(maxTokens: 9), sampling, TestContext.Current.CancellationToken);

        Assert.Equal(5, made.Sum(one => one.Length));
        int steps = made.Max(one => one.Max(sample => sample.Tokens.Length));
        Assert.True(steps > 1);
        Assert.Equal(steps + expertLayers, HostCopy.Count - read); // One prefill.
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Learning_reads_once_a_micro_batch_and_once_an_update(string family)
    {
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        model.Train();
        LearningSettings settings = new() { MiniBatch = 3, MicroBatchTokens = 1, Kl = 0, LearningRate = 1e-4 };
        using GrpoLearner learner = new(model, reference: null, settings, new RolloutSettings(), seed: 0);
        TrainingSample[] samples =
        [
            .. Responses.Select((one, i) => new TrainingSample(
                one, [.. one.Response.Select(_ => -2f)], Advantage: i % 2 == 0 ? 1 : -1)),
        ];
        long read = HostCopy.Count;

        learner.Learn(1, samples);

        const int Updates = 2;
        int passes = Responses.Length + 2; // A micro-batch for each sample, and both kinds of prompts to check the policy.
        int expertLayers = model.Config.Text.Experts?.Layers.Count ?? 0;
        Assert.Equal(passes + Updates + (passes * expertLayers), HostCopy.Count - read);
    }

    private static RolloutRequest[] Requests(int maxTokens) =>
    [
        new(Illustrated, [Image], maxTokens, [.. Enumerable.Range(0, 3).Select(i => RandomStream.For(3, 0, i))]),
        new(Text, [], maxTokens, [.. Enumerable.Range(0, 2).Select(i => RandomStream.For(3, 1, i))]),
    ];

    private static VisionLanguageNetwork Adapted(VisionLanguageNetwork model)
    {
        LoraSettings settings = new(Rank: 2, Alpha: 4, SmallModel.LoraTargets(model.Config.Family.ModelType));
        return model.WithAdapter(settings with { Dropout = settings.AdaptsExperts ? 0 : 0.3 }, seed: 1);
    }

    private static IEnumerable<string> Trained(VisionLanguageNetwork model) =>
        model.Parameters.Names.Where(name => model.Parameters[name].requires_grad);

    private static IEnumerable<Tensor> TensorsOf(SequenceBatch batch) =>
        ((Tensor?[])[batch.Tokens, batch.Positions, batch.ImagePlaces, batch.ImageRows, batch.Mask]).OfType<Tensor>();

    private static void OnMeta(IEnumerable<Tensor> tensors) =>
        Assert.All(tensors, one => Assert.Equal(DeviceType.META, one.device_type));
}
