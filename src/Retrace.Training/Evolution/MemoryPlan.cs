using System.Globalization;
using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Perturbations;
using Retrace.Rewards;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>
/// The memory that a run needs at its peak, computed from sizes and settings before anything is loaded. It counts the
/// tokens, patches and sequences in memory at once, and sums what each part of the program states that it needs for
/// them. docs/memory.md compares the plan with measured peaks.
/// </summary>
/// <param name="Items">All items of the plan.</param>
/// <param name="RecomputesActivations">
/// Whether the backward pass recomputes activations. If the configuration does not say, it does where the plan without
/// recomputation needs more than half of the available memory, or that is unknown.
/// </param>
/// <param name="Available">
/// Bytes that this process can use where its tensors live, on the host or on a GPU; null: unknown.
/// </param>
public sealed record MemoryPlan(IReadOnlyList<MemoryItem> Items, bool RecomputesActivations, long? Available)
{
    private const long Process = 256L << 20; // .NET, libtorch's code and threads, and freed memory that malloc keeps.

    /// <summary>Peak memory in bytes: the items in use always, and those of the largest other phase.</summary>
    public long Peak => new[] { MemoryPhase.Prefill, MemoryPhase.Sampling, MemoryPhase.Learning }.Max(PeakIn);

    /// <summary>Whether the run fits into the available memory; null where that is unknown.</summary>
    public bool? Fits => Available is long available ? Peak <= available : null;

    /// <summary>
    /// Computes the plan of a run in the memory that this machine has for it: the host's, or what NVIDIA's driver reports
    /// as free.
    /// </summary>
    /// <param name="config">The model's configuration, which gives its sizes.</param>
    /// <param name="configuration">The run's settings.</param>
    /// <param name="largestPrompt">The size of the largest prompt.</param>
    /// <param name="processes">Number of processes that train together; the plan is for each of them.</param>
    /// <param name="onThisMachine">Number of processes that share this machine's memory.</param>
    public static MemoryPlan Of(
        ModelConfig config,
        RunConfiguration configuration,
        PromptSize largestPrompt,
        int processes = 1,
        int onThisMachine = 1) =>
        Within(
            AvailableMemory.Of(configuration.Model, onThisMachine: onThisMachine),
            config,
            configuration,
            largestPrompt,
            processes);

    /// <summary>Computes the plan of a run in a given memory.</summary>
    /// <param name="available">Bytes that the process can use; null: unknown.</param>
    /// <param name="config">The model's configuration, which gives its sizes.</param>
    /// <param name="configuration">The run's settings.</param>
    /// <param name="largestPrompt">The size of the largest prompt.</param>
    /// <param name="processes">Number of processes that train together; the plan is for each of them.</param>
    public static MemoryPlan Within(
        long? available,
        ModelConfig config,
        RunConfiguration configuration,
        PromptSize largestPrompt,
        int processes = 1)
    {
        using Calculation calculation = new(config, configuration, largestPrompt, processes, available);
        return calculation.Plan();
    }

    /// <summary>Refuses a run on the CPU that needs more memory than is available.</summary>
    /// <exception cref="BadInputException">The run does not fit.</exception>
    public void CheckFits(ModelSettings settings)
    {
        if (settings.Device == "cpu" && Available is long available && Peak > available)
        {
            string recomputing = settings.ActivationCheckpointing == false ? "model.activation_checkpointing=true, " : "";
            throw new BadInputException(
                $"The run needs {Gibibytes(Peak)} GiB and this process can have {Gibibytes(available)}; {recomputing}"
                + "model.lora_rank, learn.kl=0 or a smaller learn.micro_batch_tokens or "
                + $"rollout.max_batch_sequences would need less.\n{Table()}");
        }
    }

    /// <summary>The items, their phases and their sizes in GiB, and the peak, one on each line.</summary>
    public string Table() => string.Join('\n', Items
        .Where(item => item.Bytes > 0)
        .Select(item => Row(item.Name, item.Phase.ToString().ToLowerInvariant(), item.Bytes))
        .Append(Row("peak: what is always there and the largest phase", "", Peak)));

    private static string Row(string name, string phase, long bytes) =>
        $"  {name,-47}  {phase,-8}  {Gibibytes(bytes),9} GiB";

    private static string Gibibytes(long bytes) =>
        ((double)bytes / (1 << 30)).ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Peak memory of a phase in bytes, what is in use always included.</summary>
    internal long PeakIn(MemoryPhase phase) =>
        Of(MemoryPhase.Always) + (phase == MemoryPhase.Always ? 0 : Of(phase));

    private long Of(MemoryPhase phase) => Items.Where(item => item.Phase == phase).Sum(item => item.Bytes);

    private sealed class Calculation : IDisposable
    {
        private readonly ModelConfig _config;
        private readonly RunConfiguration _run;
        private readonly long _prompt;
        private readonly long _response;
        private readonly long _patches;                  // In each problem.
        private readonly VisionLanguageNetwork _weights; // Shapes without memory, like everything below.
        private readonly VisionLanguageNetwork _policy;  // The weights, with the adapter if there is one.
        private readonly int _processes;
        private readonly long? _available;

        public Calculation(
            ModelConfig config, RunConfiguration run, PromptSize largestPrompt, int processes, long? available)
        {
            _processes = processes;
            _available = available;
            _config = config;
            _run = run;
            _prompt = Math.Max(1, largestPrompt.Tokens);
            _response = run.Rollout.MaxResponseTokens;
            _patches = (long)largestPrompt.ImageTokens * config.Vision.PatchesPerToken;
            _weights = new VisionLanguageNetwork(config, ComputeSettings.TypeOf(run.Model, config), META);
            _policy = ComputeSettings.AdapterOf(run.Model) is { } lora ? _weights.WithAdapter(lora, seed: 0) : _weights;
            _policy.Train(run.Model.TrainVision);
        }

        private bool Adapts => _policy != _weights;

        private bool IsOnGpu => _run.Model.Device != "cpu";

        private long Trajectories => (long)_run.Data.Batch * _run.Rollout.Group;

        public MemoryPlan Plan()
        {
            MemoryPlan without = Plan(recomputes: false);
            bool recomputes = _run.Model.ActivationCheckpointing
                ?? (_available is not long available || without.Peak > available / 2);
            return recomputes ? Plan(recomputes) : without;
        }

        public void Dispose()
        {
            if (Adapts)
            {
                _policy.Dispose();
            }
            _weights.Dispose();
        }

        private MemoryPlan Plan(bool recomputes)
        {
            Parameters parameters = _policy.Parameters;
            long element = parameters.ElementSize;
            bool teaches = Reads(RewardInputs.TeacherAnswers);
            bool asksStart = Judges || Reads(RewardInputs.StartAnswers);
            bool reference = !Adapts && (asksStart || (_run.Learning.Kl > 0 && !teaches));
            bool samples = _run.Rollout.Engine == "local" || asksStart || teaches;
            long ofTeacher = Adapts ? parameters.TrainedCount : parameters.Count;
            return new MemoryPlan(
            [
                new("process", Process, MemoryPhase.Always),
                new("weights", parameters.Count * element, MemoryPhase.Always),
                new("reference policy", reference ? parameters.Count * element : 0, MemoryPhase.Always),
                new("averaged teacher", teaches ? AveragedTeacher.BytesOf(parameters, ofTeacher) : 0, MemoryPhase.Always),
                new("gradients", Gradients, MemoryPhase.Learning),
                new("optimizer", Optimizer(parameters), MemoryPhase.Always),
                new("gradients of all processes", ShardedTraining.BytesOf(parameters, _processes), MemoryPhase.Always),
                new("images", Images(), MemoryPhase.Always),
                new("weights transposed for decoding", samples ? Transposed() : 0, MemoryPhase.Prefill),
                new("weights transposed for decoding", samples ? Transposed() : 0, MemoryPhase.Sampling),
                new("prefill of prompts", samples ? Prefill() : 0, MemoryPhase.Prefill),
                new("KV cache of prompts, to be filled", samples ? KvCache(copied: 0) : 0, MemoryPhase.Prefill),
                new(
                    "KV cache, and its copy as rows leave",
                    samples ? KvCache(copied: DecodingBatch.WorthLeaving) : 0,
                    MemoryPhase.Sampling),
                new("next-token distributions", samples ? Sampling(element) : 0, MemoryPhase.Sampling),
                new("activations", Activations(recomputes), MemoryPhase.Learning),
            ],
            recomputes,
            _available);
        }

        // Kept in the host's memory where the settings say so.
        private long Optimizer(Parameters parameters) =>
            IsOnGpu && _run.Learning.OptimizerOffload ? 0 : AdamW.BytesOfState(parameters) / _processes;

        // In the host's memory. Patches in fp32 of this batch's images and the next one's, plus a perturbed copy for each trajectory if
        // trajectories are retraced.
        private long Images()
        {
            if (IsOnGpu)
            {
                return 0;
            }
            bool perturbs = Retraces && ImagePerturbations.Create(_run.Retracing.Perturbation).ChangesImages;
            long copies = (2L * _run.Data.Batch) + (perturbs ? Trajectories : 0);
            return copies * _patches * _config.Vision.PatchLength * sizeof(float);
        }

        private bool Retraces => Method.Of(_run).Retraces;

        private bool Reads(RewardInputs input) => Method.Of(_run).Rule.Reads.HasFlag(input);

        private bool Judges => Reads(RewardInputs.Judgements);

        private long Requests => Retraces || Judges ? Trajectories : _run.Data.Batch;

        // Sequences of a step that are decoded at once.
        private long Rows()
        {
            long sampled = Trajectories * (Retraces ? _run.Retracing.Samples : 1);
            long votes = (long)_run.Data.Batch * (_run.Rollout.VoteSamples ?? 0);
            return Math.Min(_run.Rollout.SequencesAtOnce, Math.Max(sampled, votes));
        }

        // The same of an evaluation during the run, whose problems are not counted yet: as many as it may have.
        private long RowsOfEvaluation() => _run.Evaluation.Data is null
            ? 0
            : Math.Min(
                _run.Rollout.SequencesAtOnce, (_run.Evaluation.Limit ?? int.MaxValue) * (long)_run.Evaluation.Samples);

        // Sequences that are decoded at once, in a step or in an evaluation.
        private long MostRows() => Math.Max(Rows(), RowsOfEvaluation());

        private long Transposed() => IsOnGpu
            ? 0
            : _policy.BytesOfTransposed(MostRows(), _response);

        private long PromptsOfEvaluation() =>
            (RowsOfEvaluation() + _run.Evaluation.Samples - 1) / _run.Evaluation.Samples;

        // The prompt of a continuation ends with the kept prefix; a judge's holds a response.
        private long PromptToPrefill => Math.Max(_prompt + (Retraces ? KeptPrefix : 0), Judges ? PromptOfJudge : 0);

        // No token of the template is shorter than a character.
        private long PromptOfJudge => _prompt + _response + JudgeRound.Template.Length;

        private long KeptPrefix => (long)(_response * _run.Retracing.KeepRate);

        private long Prefill()
        {
            return Math.Max(Of(Requests, PromptToPrefill), Of(PromptsOfEvaluation(), _prompt));

            long Of(long requests, long prompt)
            {
                long together = Math.Min(requests, Math.Max(1, _run.Rollout.PromptTokensAtOnce / prompt));
                return _policy.BytesOfPrefill(together * prompt, together * _patches);
            }
        }

        // Keys and values of prompts, once each, and of all sampled tokens, in the largest round.
        private long KvCache(double copied)
        {
            long samples = Retraces ? _run.Retracing.Samples : 1;
            long maternal = (_run.Data.Batch * _prompt) + (Math.Min(Rows(), Trajectories) * _response);
            long retraced = Retraces
                ? (Math.Max(1, Rows() / samples) * PromptToPrefill) + (Rows() * (_response - KeptPrefix))
                : 0;
            long judged = Judges ? Rows() * (PromptOfJudge + _response) : 0;
            long evaluated = (PromptsOfEvaluation() * _prompt) + (RowsOfEvaluation() * _response);
            long most = new[] { maternal, retraced, judged, evaluated }.Max();
            return (long)(most * (1 + copied)) * _policy.BytesOfCachedToken;
        }

        private long Sampling(long element) =>
            TokenSampler.BytesOf(
                MostRows(),
                _config.Text.VocabularySize,
                element,
                _run.Rollout.TopP,
                Reads(RewardInputs.StepConfidences) ? StepConfidences.Likeliest : 0);

        private long Gradients => _policy.Parameters.TrainedCount * _policy.Parameters.ElementSize;

        // Either the passes over a micro-batch or the update after them, whichever is larger.
        private long Activations(bool recomputes)
        {
            long samples = Math.Min(Trajectories, _run.Learning.MiniBatch);
            (long rows, long inRow, long length) = MicroBatch.Largest(
                _config.Text, _prompt, _response, _run.Rollout.Group, samples, _run.Learning.TokensAtOnce);
            long mask = inRow == 1 ? 0 : SequenceBatch.BytesOfMask(rows, length, _policy.Parameters.ElementSize);
            // If servers sample, the policy rescores responses, entropies included.
            long predictions = TokenPredictions.BytesOf(
                rows * inRow * _response, _config.Text.VocabularySize, entropies: _run.Rollout.Engine != "local");
            long passes = mask + _policy.BytesOfLearning(
                rows * length, Math.Min(rows, _run.Data.Batch) * _patches, predictions, recomputes);
            return Math.Max(passes, AdamW.BytesOfUpdate(_policy.Parameters));
        }
    }
}
