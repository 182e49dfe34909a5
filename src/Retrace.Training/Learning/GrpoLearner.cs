using System.Diagnostics;
using System.Runtime.InteropServices;
using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Objectives;
using Retrace.Training.DataParallel;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>Statistics of a learning step.</summary>
/// <param name="Kl">
/// Mean over the tokens of the estimated divergence from the reference, in nats; null if β is 0.
/// </param>
/// <param name="ClipFraction">Share of tokens that the objective clipped.</param>
/// <param name="GradNorm">Mean over the optimizer's steps of the gradient's norm before clipping.</param>
/// <param name="LearningRate">The learning rate of the last optimizer step.</param>
public sealed record LearningStatistics(double? Kl, double ClipFraction, double GradNorm, double LearningRate)
{
    /// <summary>Mean of the tokens' importance weights; null if no server reported its log-probabilities.</summary>
    public double? ImportanceMean { get; init; }

    /// <summary>
    /// How evenly this process's routers spread tokens over experts (<see cref="ExpertLoad.TakeEvenness"/>); null without
    /// experts.
    /// </summary>
    public double? ExpertEvenness { get; init; }

    /// <summary>Share of the tokens whose importance ratio was beyond the bound: truncated or masked.</summary>
    public double? ImportanceTruncated { get; init; }

    /// <summary>Number of response tokens that were learned from, each as often as there were epochs.</summary>
    public long Tokens { get; init; }

    /// <summary>The passes forward and backward of this process; null where it had none.</summary>
    public PassLoad? Passes { get; init; }
}

/// <summary>Updates the policy from trajectories with advantages (GRPO).</summary>
public sealed class GrpoLearner : IDisposable
{
    private readonly VisionLanguageNetwork _policy;
    private readonly VisionLanguageNetwork? _reference;
    private readonly LearningSettings _settings;
    private readonly PolicyLossSettings _loss;
    private readonly LossAggregation _aggregation;
    private readonly RolloutSettings _rollout;
    private readonly long _seed;
    private readonly IProcessGroup _processes;
    private readonly ShardedTraining? _sharded; // Null with a single process.

    /// <param name="policy">The policy, trained in place; its parameters say which of them are trained.</param>
    /// <param name="reference">
    /// The policy before training; for an adapter, the model without it. Used only if the KL term has a weight. Not
    /// disposed here.
    /// </param>
    /// <param name="settings">The settings of learning.</param>
    /// <param name="rollout">
    /// The temperature, so that probabilities are those of sampling, and the maximum length of a response.
    /// </param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="processes">
    /// The processes that learn together, each from its share of every mini-batch; null: this one alone.
    /// </param>
    public GrpoLearner(
        VisionLanguageNetwork policy,
        VisionLanguageNetwork? reference,
        LearningSettings settings,
        RolloutSettings rollout,
        long seed,
        IProcessGroup? processes = null)
    {
        _policy = policy;
        _reference = settings.Kl > 0 ? reference : null;
        _settings = settings;
        _loss = new PolicyLossSettings(
            settings.PolicyObjective(),
            settings.Kl,
            Enum.Parse<KlEstimator>(settings.KlEstimator, ignoreCase: true));
        _aggregation = TokenWeights.Parse(settings.Loss);
        _rollout = rollout;
        _seed = seed;
        _processes = processes ?? new SingleProcess();
        if (_processes.Size > 1)
        {
            _sharded = new ShardedTraining(_processes, policy.Parameters);
            Optimizer = new AdamW(
                _sharded.Parts, policy.Parameters, settings.WeightDecay, settings.OptimizerOffload);
        }
        else
        {
            Optimizer = new AdamW(policy.Parameters, settings.WeightDecay, settings.OptimizerOffload);
        }
    }

    /// <summary>The optimizer of the weights or, with several processes, of this process's part of them.</summary>
    public AdamW Optimizer { get; }

    /// <summary>What the configured learning rate is multiplied by.</summary>
    internal double LearningRateScale { get; set; } = 1;

    /// <summary>The division of the optimizer's state among processes; null with a single process.</summary>
    internal ShardedTraining? Sharded => _sharded;

    /// <summary>Learns from the samples of one step of the run, in several optimizer steps.</summary>
    /// <param name="step">The step of the run, which decides the order of samples.</param>
    /// <param name="samples">The samples of all groups.</param>
    /// <exception cref="NotFiniteException">
    /// The loss, the gradient, or what the updated policy predicts is NaN or infinite.
    /// </exception>
    public LearningStatistics Learn(int step, IReadOnlyList<TrainingSample> samples)
    {
        float[][]? reference = _reference is null ? null : ReferenceLogProbs(_reference, samples); // [samples][T]
        var total = new Totals();
        for (int epoch = 0; epoch < _settings.EpochsPerBatch; epoch++)
        {
            int[] order = [.. Enumerable.Range(0, samples.Count)];
            RandomStream.For(_seed, Purpose.MiniBatches, step, epoch).Shuffle(order);
            foreach (int[] miniBatch in order.Chunk(_settings.MiniBatch))
            {
                Update(step, samples, reference, miniBatch, total);
            }
        }
        _policy.Parameters.ReleaseGradientRooms();
        CheckPolicy(step, samples);
        double[] sums = _processes.Sum(total.Kl, total.Clipped);
        TokenImportance[] importance = [.. samples.Select(sample => sample.Importance).OfType<TokenImportance>()];
        double? weighted = importance.Length == 0 ? null : importance.Sum(one => (double)one.Weights.Length);
        return new LearningStatistics(
            _reference is null ? null : sums[0] / total.Tokens,
            sums[1] / total.Tokens,
            total.GradNorm / total.Updates,
            LearningRateOf(Optimizer.Step))
        {
            ImportanceMean = importance.Sum(one => one.Weights.Sum(weight => (double)weight)) / weighted,
            ExpertEvenness = _policy.ExpertLoad?.TakeEvenness(),
            ImportanceTruncated = importance.Sum(one => one.Truncated) / weighted,
            Tokens = (long)total.Tokens,
            Passes = total.Passes.MeanSize is double tokens
                ? new PassLoad(tokens, (double)total.Passes.Count / total.Updates, total.Passes.FixedShare)
                : null,
        };
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        _sharded?.Dispose();
    }

    // Before the step gets a checkpoint: an update can leave weights behind that are finite, and with which nothing
    // that is computed is. The shortest samples, with an image and without, show that as well as all.
    private void CheckPolicy(int step, IReadOnlyList<TrainingSample> samples)
    {
        TrainingSample[] shortest =
        [
            .. samples.GroupBy(sample => sample.Content.Images.Count > 0)
                .Select(alike => alike.MinBy(sample => sample.Content.Length)!),
        ];
        float[][] updated = PromptedResponse.LogProbs(
            _policy,
            [.. shortest.Select(sample => sample.Content)],
            _settings.TokensAtOnce,
            _rollout.Temperature,
            CancellationToken.None);
        // As the next loss would: e to this difference is in the divergence, and in the ratio of probabilities.
        if (!shortest.Zip(updated).All(pair => pair.First.OldLogProbs.Zip(pair.Second)
            .All(token => float.IsFinite(MathF.Exp(token.First - token.Second)))))
        {
            throw new NotFiniteException($"The policy is destroyed by the update of step {step}: its log-probabilities "
                + "are no numbers, or further from those before than numbers reach")
            {
                IsAfterUpdate = true,
                IsByUpdate = true,
            };
        }
    }

    // Each process computes its share and they exchange them, because every epoch divides the mini-batches differently.
    private float[][] ReferenceLogProbs(VisionLanguageNetwork reference, IReadOnlyList<TrainingSample> samples)
    {
        int[][] shares = SampleShares.Balanced([.. samples.Select(sample => sample.Content.Length)], _processes.Size);
        float[][] own = PromptedResponse.LogProbs(
            reference,
            [.. shares[_processes.Rank].Select(i => samples[i].Content)],
            _settings.TokensAtOnce,
            _rollout.Temperature,
            CancellationToken.None);
        if (_processes.Size == 1)
        {
            return own;
        }
        byte[][] messages =
            _processes.GatherAll(MemoryMarshal.AsBytes<float>(own.SelectMany(one => one).ToArray()).ToArray());
        float[][] all = new float[samples.Count][];
        foreach ((int[] share, byte[] message) in shares.Zip(messages))
        {
            ReadOnlySpan<float> left = MemoryMarshal.Cast<byte, float>(message);
            foreach (int i in share)
            {
                int length = samples[i].Content.Response.Length;
                all[i] = left[..length].ToArray();
                left = left[length..];
            }
        }
        return all;
    }

    // Updates count from 1, so that the first update of a warm-up has a positive rate.
    private double LearningRateOf(int update) =>
        LearningRateScale * _settings.LearningRate * Math.Min(1, (double)update / Math.Max(1, _settings.WarmupSteps));

    private void Update(
        int step, IReadOnlyList<TrainingSample> samples, float[][]? reference, int[] miniBatch, Totals total)
    {
        // Weights use the lengths of the whole mini-batch, so that the gradients of all processes add up to its
        // gradient.
        int[] allLengths = Array.ConvertAll(miniBatch, i => samples[i].Content.Response.Length);
        float[] allWeights = TokenWeights.Of(_aggregation, allLengths, _rollout.MaxResponseTokens);
        int[] share = SampleShares.Balanced(
            [.. miniBatch.Select(i => samples[i].Content.Length)], _processes.Size)[_processes.Rank];
        PromptedResponse[] contents = [.. share.Select(i => samples[miniBatch[i]].Content)];
        float[] weights = [.. share.Select(i => allWeights[i])];
        MicroBatch[] microBatches = [.. MicroBatch.Of(contents, _policy.Config.Text, _settings.TokensAtOnce)];
        for (int pass = 0; pass < microBatches.Length; pass++)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            MicroBatch microBatch = microBatches[pass];
            using IDisposable? dropout = _policy.Adapter?.Dropout.During(RandomStream.For(
                _seed, Purpose.Dropout, Optimizer.Step, (pass * _processes.Size) + _processes.Rank).NextInt64());
            _policy.BlockDifferentiated = _sharded is not null && pass == microBatches.Length - 1
                ? _sharded.SendCompleted
                : null;
            int[] places = [.. microBatch.Places.Select(i => miniBatch[share[i]])];
            using var backward = BackwardPass.Begin(_policy.Device);
            TokenPredictions predictions = microBatch.Predict(_policy, _rollout.Temperature);
            PolicyLoss loss = PolicyLoss.Of(
                predictions.LogProbs,
                [.. places.Select(i => samples[i])],
                [.. microBatch.Places.Select(i => weights[i])],
                reference is null ? null : OnDevice(places.SelectMany(i => reference[i])),
                _loss);
            if (!double.IsFinite(loss.Value))
            {
                throw new NotFiniteException($"The loss of step {step} is not a number")
                {
                    IsAfterUpdate = total.Updates > 0,
                };
            }
            backward.From(loss.Total);
            total.Kl += loss.KlSum;
            total.Clipped += loss.ClippedCount;
            total.Passes.Add(microBatch.Tokens, Stopwatch.GetElapsedTime(start));
        }
        _sharded?.Complete();
        double norm = Optimizer.ClipGradients(_settings.MaxGradNorm, squares => _processes.Sum(squares)[0]);
        if (!double.IsFinite(norm))
        {
            throw new NotFiniteException($"The gradient of step {step} is not a number")
            {
                IsAfterUpdate = total.Updates > 0,
            };
        }
        Optimizer.Update(LearningRateOf(Optimizer.Step + 1));
        _sharded?.ShareWeights();
        total.Tokens += allLengths.Sum(length => (double)length);
        total.GradNorm += norm;
        total.Updates++;
    }

    private Tensor OnDevice(IEnumerable<float> values) => tensor(values.ToArray(), device: _policy.Device);

    private sealed class Totals
    {
        public double Kl { get; set; }

        public double Clipped { get; set; }

        public double Tokens { get; set; }

        public double GradNorm { get; set; }

        public int Updates { get; set; }

        public PortionTimes Passes { get; } = new(); // By their number of tokens.
    }
}
