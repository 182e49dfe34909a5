using Retrace.Configuration;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>Rollout and learning of a family's small checkpoint against each other.</summary>
internal sealed class LearningChecks(ReferenceCheckpoint reference, Device device)
{
    private const double RatioTolerance = 1e-4;
    private const double SlopeTolerance = 0.02;
    private const int MaxTokens = 12;

    // What sums in another order may change on a GPU from one run to the next, as a share of the weights' size.
    private const double ResumeTolerance = 1e-5;

    // A rate of 0, so that the gradient can be read off the optimizer and the policy stays where it is.
    private static readonly LearningSettings Still =
        new() { LearningRate = 0, MiniBatch = 100, MaxGradNorm = 1e9, Kl = 0.1, MicroBatchTokens = 400 };

    private static readonly RolloutSettings Rollout = new() { MaxResponseTokens = MaxTokens };

    private string Name => reference.Family.ModelType;

    /// <summary>
    /// The probabilities of sampled tokens in learning over those in the rollout, with an adapter and without.
    /// </summary>
    public Finding Ratio()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Create();
        using VisionLanguageNetwork adapted = Adapted(model);
        return Finding.Within(
            $"{Name} ratio of learning to rollout",
            Math.Max(RatioError(model), RatioError(adapted)),
            RatioTolerance,
            "1 ±");
    }

    /// <summary>GRPO's gradient against the slope of its loss along it: of all weights, or of an adapter's.</summary>
    public Finding Slope(bool adapts)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Create();
        using VisionLanguageNetwork? adapted = adapts ? Adapted(model) : null;
        VisionLanguageNetwork policy = adapted ?? model;
        TrainingSample[] samples = Samples(policy);
        Dictionary<string, Tensor> gradient = GradientOf(policy, model, samples);
        double norm = Math.Sqrt(Distance.Values(stack([.. gradient.Values.Select(part => (part * part).sum())])).Sum());
        double start = LossOf(policy, model, samples);
        // A longer step may send a token to other experts, where the loss jumps, so that its sides disagree; a shorter one
        // loses digits. Which one counts does not depend on the gradient.
        (double Ahead, double Behind) slopes = ((double[])[1e-3, 3e-4, 1e-4, 3e-5]).Select(Slopes)
            .MinBy(sides => Math.Abs(sides.Ahead - sides.Behind));
        double error = Math.Abs(((slopes.Ahead + slopes.Behind) / 2) - 1);
        return Finding.Within($"{Name} gradient{(adapts ? " of LoRA" : "")} and slope", error, SlopeTolerance);

        (double Ahead, double Behind) Slopes(double step) =>
            ((LossAt(step) - start) / (step * norm), (start - LossAt(-step)) / (step * norm));

        double LossAt(double distance)
        {
            using var noGrad = no_grad();
            using VisionLanguageNetwork moved = policy.Clone();
            using Scalar share = distance / norm;
            foreach ((string name, Tensor part) in gradient)
            {
                moved.Parameters[name].add_(part, share);
            }
            return LossOf(moved, model, samples);
        }
    }

    /// <summary>A new adapter changes nothing; learning changes it, and not the weights below it.</summary>
    public Finding Adapter()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Create();
        using VisionLanguageNetwork untouched = model.Clone();
        using VisionLanguageNetwork adapted = model.WithAdapter(LoraOf(model), seed: 1);
        TrainingSample[] samples = Samples(model);
        float[][] before = LogProbs(model, samples);
        List<string> faults = [];
        if (!Same(before, LogProbs(adapted, samples)))
        {
            faults.Add("a new adapter changes predictions");
        }
        adapted.Train();
        using (GrpoLearner learner = new(adapted, model, Still with { LearningRate = 1e-2, MaxGradNorm = 1 }, Rollout, 0))
        {
            learner.Learn(1, samples);
        }
        if (model.Parameters.Names.Any(name =>
            !Distance.Values(model.Parameters[name]).SequenceEqual(Distance.Values(untouched.Parameters[name]))))
        {
            faults.Add("learning changes the weights below the adapter");
        }
        if (!Same(before, LogProbs(model, samples)) || Same(before, LogProbs(adapted, samples)))
        {
            faults.Add("learning does not change the adapter alone");
        }
        return new Finding(
            $"{Name} LoRA", faults.Count == 0 ? Outcome.Pass : Outcome.Fail,
            faults.Count == 0 ? "neutral at first, then it alone changes" : string.Join("; ", faults));
    }

    /// <summary>
    /// Three steps of several updates in one go, and with files in between: weights and optimizer written and read back.
    /// </summary>
    public Finding Resume()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = Create();
        TrainingSample[] samples = Samples(start);
        using VisionLanguageNetwork unbroken = start.Clone();
        using VisionLanguageNetwork first = start.Clone();
        using VisionLanguageNetwork resumed = start.Clone(); // Its weights are overwritten.
        int updates;
        string folder = Directory.CreateTempSubdirectory("retrace-selftest-").FullName;
        try
        {
            string weights = Path.Combine(folder, "weights.safetensors");
            string state = Path.Combine(folder, "optimizer.safetensors");
            using (GrpoLearner learner = Learner(unbroken))
            {
                Learn(learner, 1, 2, 3);
            }
            using (GrpoLearner learner = Learner(first))
            {
                Learn(learner, 1);
                SafetensorsWriter.Write(weights, first.Parameters.Names.Select(name => (name, first.Parameters[name])));
                SafetensorsWriter.Write(state, learner.Optimizer.State);
                updates = learner.Optimizer.Step;
            }
            using (GrpoLearner learner = Learner(resumed))
            {
                Read(weights, resumed.Parameters.Names.Select(name => (name, resumed.Parameters[name])));
                Read(state, learner.Optimizer.State);
                learner.Optimizer.ResumeAt(updates);
                Learn(learner, 2, 3);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        double worst = unbroken.Parameters.Names.Max(
            name => Distance.Largest(Distance.Values(unbroken.Parameters[name]), resumed.Parameters[name]));
        // The CPU's sums are in one order; some of a GPU's are not.
        return Finding.Within(
            $"{Name} resumed and unbroken", worst, device.type == DeviceType.CPU ? 0 : ResumeTolerance, "differ by");

        void Learn(GrpoLearner learner, params int[] steps)
        {
            foreach (int step in steps)
            {
                learner.Learn(step, samples);
            }
        }

        GrpoLearner Learner(VisionLanguageNetwork policy)
        {
            policy.Train();
            return new GrpoLearner(
                policy, start, Still with { LearningRate = 1e-4, MaxGradNorm = 1, MiniBatch = 5 }, Rollout, seed: 3);
        }
    }

    private static void Read(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using var noGrad = no_grad();
        foreach ((string name, Tensor tensor) in tensors)
        {
            file.CopyTo(name, tensor);
        }
    }

    private VisionLanguageNetwork Create() => reference.Create("tied", ScalarType.Float32, device);

    private VisionLanguageNetwork Adapted(VisionLanguageNetwork model) => reference.Adapted(model, LoraOf(model));

    private TrainingSample[] Samples(VisionLanguageNetwork policy)
    {
        ProcessedImage[] images = reference.Images(policy.Config);
        ProcessedImage[][] shown =
            [.. reference.Sequences.Select(one => (ProcessedImage[])[.. one.Images.Select(i => images[i])])];
        RolloutRequest[] requests =
        [
            .. reference.Sequences.Select((one, i) => new RolloutRequest(
                one.Prompt, shown[i], MaxTokens, [.. Enumerable.Range(0, 3).Select(k => RandomStream.For(11, i, k))])),
        ];
        Generation[][] generated =
            new LocalRolloutEngine(policy, maxBatchSequences: 7).Generate(requests, new SamplingSettings(1), default);
        return
        [
            .. generated.SelectMany((group, i) => group.Select((one, place) => new TrainingSample(
                new PromptedResponse(reference.Sequences[i].Prompt, one.Tokens, shown[i]),
                one.LogProbs,
                Advantage: place % 2 == 0 ? 1 : -0.5))),
        ];
    }

    private double RatioError(VisionLanguageNetwork policy)
    {
        TrainingSample[] samples = Samples(policy);
        double[] errors =
        [
            .. samples.Zip(LogProbs(policy, samples)).SelectMany(pair => pair.First.OldLogProbs.Zip(pair.Second))
                .Select(pair => Math.Abs(Math.Exp((double)pair.Second - pair.First) - 1)),
        ];
        return errors.All(double.IsFinite) ? errors.Max() : double.PositiveInfinity;
    }

    private static float[][] LogProbs(VisionLanguageNetwork policy, TrainingSample[] samples) =>
        PromptedResponse.LogProbs(
            policy, [.. samples.Select(sample => sample.Content)], Still.TokensAtOnce, temperature: 1, default);

    private static bool Same(float[][] one, float[][] other) =>
        one.Zip(other).All(pair => pair.First.SequenceEqual(pair.Second));

    // What the learner leaves to the optimizer, read off the first moment: (1 − 0.9) · gradient.
    private static Dictionary<string, Tensor> GradientOf(
        VisionLanguageNetwork policy, VisionLanguageNetwork start, TrainingSample[] samples)
    {
        using VisionLanguageNetwork trained = policy.Clone();
        trained.Train();
        using GrpoLearner learner = new(trained, start, Still, Rollout, seed: 0);
        learner.Learn(1, samples);
        using Scalar tenth = 0.1;
        const string First = "first.";
        return learner.Optimizer.State
            .Where(state => state.Name.StartsWith(First, StringComparison.Ordinal))
            .ToDictionary(state => state.Name[First.Length..], state => state.Tensor.div(tenth));
    }

    // The loss of all samples as one mini-batch, each token with the same weight.
    private double LossOf(VisionLanguageNetwork policy, VisionLanguageNetwork start, TrainingSample[] samples)
    {
        using DisposeScope scope = NewDisposeScope();
        PromptedResponse[] contents = [.. samples.Select(sample => sample.Content)];
        float share = 1f / contents.Sum(one => one.Response.Length);
        PolicyLoss loss = PolicyLoss.Of(
            PromptedResponse.Predict(policy, contents).LogProbs,
            samples,
            [.. samples.Select(_ => share)],
            PromptedResponse.Predict(start, contents).LogProbs,
            new PolicyLossSettings(
                Still.PolicyObjective(), Still.Kl, Enum.Parse<KlEstimator>(Still.KlEstimator, ignoreCase: true)));
        return loss.Value;
    }

    // All layers that can be adapted, in the decoder and the vision encoder.
    private static LoraSettings LoraOf(VisionLanguageNetwork model) => new(
        Rank: 2,
        Alpha: 4,
        [
            .. LoraSettings.DecoderLayers, "qkv",
            .. model.Config.Text.Experts is null ? [] : (string[])[LoraSettings.Experts],
        ]);
}
