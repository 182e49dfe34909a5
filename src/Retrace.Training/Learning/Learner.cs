using Retrace.Models.Qwen;
using Retrace.Training.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>What a step of learning measured.</summary>
/// <param name="Kl">Mean over the tokens of the estimated divergence from the reference, in nats; null if β is 0.</param>
/// <param name="ClipFraction">Share of tokens whose ratio the loss clipped.</param>
/// <param name="GradNorm">Mean over the optimizer's steps of the gradient's norm before clipping.</param>
/// <param name="LearningRate">Of the last optimizer step.</param>
public sealed record LearningStatistics(double? Kl, double ClipFraction, double GradNorm, double LearningRate)
{
    /// <summary>Mean of the tokens' importance weights; null where no server said what it drew with.</summary>
    public double? ImportanceMean { get; init; }

    /// <summary>Share of the weights that were truncated.</summary>
    public double? ImportanceTruncated { get; init; }
}

/// <summary>Updates the policy from trajectories with advantages (GRPO).</summary>
public sealed class Learner : IDisposable
{
    private readonly QwenModel _policy;
    private readonly QwenModel? _reference;
    private readonly LearningSettings _settings;
    private readonly PolicyLossSettings _loss;
    private readonly LossAggregation _aggregation;
    private readonly RolloutSettings _rollout;
    private readonly long _seed;

    /// <param name="policy">Trained in place; its parameters say which of them train.</param>
    /// <param name="reference">
    /// The policy before training, which of an adapted one is the model without the adapter; read only where the KL
    /// term has a weight. Not disposed here.
    /// </param>
    /// <param name="settings">Of the run.</param>
    /// <param name="rollout">
    /// The temperature, so that probabilities are those of drawing, and the longest response there can be.
    /// </param>
    /// <param name="seed">The run's seed.</param>
    public Learner(
        QwenModel policy, QwenModel? reference, LearningSettings settings, RolloutSettings rollout, long seed)
    {
        _policy = policy;
        _reference = settings.Kl > 0 ? reference : null;
        _settings = settings;
        _loss = new PolicyLossSettings(
            settings.Clip,
            settings.ClipHigh ?? settings.Clip,
            settings.Kl,
            Enum.Parse<KlEstimator>(settings.KlEstimator, ignoreCase: true));
        _aggregation = Enum.Parse<LossAggregation>(settings.Loss.Replace("-", ""), ignoreCase: true);
        _rollout = rollout;
        _seed = seed;
        Optimizer = new AdamW(policy.Parameters, settings.WeightDecay, settings.OptimizerOffload);
    }

    public AdamW Optimizer { get; }

    /// <summary>Makes the optimizer's steps of one step of the run.</summary>
    /// <param name="step">Decides the order of the samples.</param>
    /// <param name="samples">Those of all groups.</param>
    /// <exception cref="TrainingFailedException">The loss or the gradient is not a number.</exception>
    public LearningStatistics Learn(int step, IReadOnlyList<TrainingSample> samples)
    {
        float[][]? reference = _reference is null // [samples][T]
            ? null
            : PromptedResponse.LogProbs(
                _reference,
                [.. samples.Select(sample => sample.Content)],
                _settings.MicroBatchTokens,
                _rollout.Temperature,
                CancellationToken.None);
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
        TokenImportance[] importance = [.. samples.Select(sample => sample.Importance).OfType<TokenImportance>()];
        double? weighted = importance.Length == 0 ? null : importance.Sum(one => (double)one.Weights.Length);
        return new LearningStatistics(
            _reference is null ? null : total.Kl / total.Tokens,
            total.Clipped / total.Tokens,
            total.GradNorm / total.Updates,
            LearningRateOf(Optimizer.Step))
        {
            ImportanceMean = importance.Sum(one => one.Weights.Sum(weight => (double)weight)) / weighted,
            ImportanceTruncated = importance.Sum(one => one.Truncated) / weighted,
        };
    }

    public void Dispose() => Optimizer.Dispose();

    // Updates count from 1, so that the first of a warm-up already moves.
    private double LearningRateOf(int update) =>
        _settings.LearningRate * Math.Min(1, (double)update / Math.Max(1, _settings.WarmupSteps));

    private void Update(
        int step, IReadOnlyList<TrainingSample> samples, float[][]? reference, int[] miniBatch, Totals total)
    {
        PromptedResponse[] contents = [.. miniBatch.Select(i => samples[i].Content)];
        int pass = 0;
        int[] lengths = Array.ConvertAll(contents, content => content.Response.Length);
        float[] weights = TokenWeights.Of(_aggregation, lengths, _rollout.MaxResponseTokens);
        foreach (int[] microBatch in PromptedResponse.MicroBatches(contents, _settings.MicroBatchTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable? dropout = _policy.Adapter?.Dropout.During(
                RandomStream.For(_seed, Purpose.Dropout, Optimizer.Step, pass++).NextInt64());
            int[] places = [.. microBatch.Select(i => miniBatch[i])];
            TokenPredictions predictions =
                PromptedResponse.Predict(_policy, [.. microBatch.Select(i => contents[i])], _rollout.Temperature);
            PolicyLoss loss = PolicyLoss.Of(
                predictions.LogProbs,
                OnDevice(places.SelectMany(i => samples[i].OldLogProbs)),
                reference is null ? null : OnDevice(places.SelectMany(i => reference[i])),
                OnDevice(places.SelectMany(i => samples[i].TokenAdvantages)),
                OnDevice(microBatch.SelectMany(i => Enumerable.Repeat(weights[i], lengths[i]))),
                _loss);
            if (!float.IsFinite(loss.Total.item<float>()))
            {
                throw new TrainingFailedException(
                    $"The loss of step {step} is not a number; the last checkpoint is intact: resume from it with a "
                    + "smaller learn.learning_rate or learn.max_grad_norm.");
            }
            loss.Total.backward();
            total.Kl += loss.KlSum.item<float>();
            total.Clipped += loss.ClippedCount.item<long>();
        }
        double norm = Optimizer.ClipGradients(_settings.MaxGradNorm);
        if (!double.IsFinite(norm))
        {
            throw new TrainingFailedException(
                $"The gradient of step {step} is not a number; the last checkpoint is intact: resume from it with a "
                + "smaller learn.learning_rate.");
        }
        Optimizer.Update(LearningRateOf(Optimizer.Step + 1));
        total.Tokens += lengths.Sum(length => (double)length);
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
    }
}
