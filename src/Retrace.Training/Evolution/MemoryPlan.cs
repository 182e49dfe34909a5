using System.Globalization;
using Retrace.Configuration;
using Retrace.Models.Adapters;
using Retrace.Models.Qwen;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>A part of what a run needs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">How much.</param>
/// <param name="Phase">When it is there.</param>
public sealed record MemoryItem(string Name, long Bytes, MemoryPhase Phase);

/// <summary>When a part of the memory is taken.</summary>
public enum MemoryPhase
{
    /// <summary>From the start to the end.</summary>
    Always,

    /// <summary>While prompts are read, before anything is drawn.</summary>
    Reading,

    /// <summary>While responses are drawn.</summary>
    Drawing,

    /// <summary>While the policy is updated.</summary>
    Learning,
}

/// <summary>
/// What a run needs at its peak, computed from sizes and settings before anything is loaded. Each formula counts the
/// tensors that the code holds at once in the place it names; docs/memory.md has them beside measured peaks.
/// </summary>
/// <param name="Items">All parts.</param>
/// <param name="RecomputesActivations">
/// Whether the backward pass computes activations anew: as the configuration says, or else on a GPU, whose memory is not
/// known here, and where the plan without it comes to more than half of what this process can have.
/// </param>
/// <param name="Available">Bytes of the CPU's memory that this process can have.</param>
public sealed record MemoryPlan(IReadOnlyList<MemoryItem> Items, bool RecomputesActivations, long Available)
{
    private const long Float = sizeof(float);
    private const long Process = 256L << 20;   // .NET, libtorch's code, its threads' buffers, what malloc holds freed.
    private const double BlockForward = 1.5;    // Counted: what a block's forward pass makes, in what it keeps.
    private const double BlocksAtOnce = 2.7;    // Measured: a block's activations, and their gradients as they are made.

    /// <summary>Bytes at the peak: what is always there and the largest of the other phases.</summary>
    public long Peak => Of(MemoryPhase.Always)
        + new[] { MemoryPhase.Reading, MemoryPhase.Drawing, MemoryPhase.Learning }.Max(Of);

    /// <param name="config">The model's sizes.</param>
    /// <param name="configuration">The run's.</param>
    /// <param name="largestPrompt">Of the problems.</param>
    /// <param name="processes">How many train together; the plan is that of each.</param>
    /// <param name="onThisMachine">How many of them divide this machine's memory.</param>
    public static MemoryPlan Of(
        QwenConfig config,
        RunConfiguration configuration,
        PromptSize largestPrompt,
        int processes = 1,
        int onThisMachine = 1)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / onThisMachine;
        return new Calculation(config, configuration, largestPrompt, processes, available).Plan();
    }

    /// <summary>Refuses a run on the CPU that needs more memory than this process can have.</summary>
    /// <exception cref="BadInputException">It does.</exception>
    public void CheckFits(ModelSettings settings)
    {
        if (settings.Device == "cpu" && Peak > Available)
        {
            string recomputing = settings.ActivationCheckpointing == false ? "model.activation_checkpointing=true, " : "";
            throw new BadInputException(
                $"The run needs {Gibibytes(Peak)} GiB and this process can have {Gibibytes(Available)}; {recomputing}"
                + "model.lora_rank, learn.kl=0 or a smaller learn.micro_batch_tokens or "
                + $"rollout.max_batch_sequences would need less.\n{Table()}");
        }
    }

    /// <summary>What is needed, when, and how much in GiB, and their peak; a line each.</summary>
    public string Table() => string.Join('\n', Items
        .Where(item => item.Bytes > 0)
        .Select(item => Row(item.Name, item.Phase.ToString().ToLowerInvariant(), item.Bytes))
        .Append(Row("peak: what is always there and the largest phase", "", Peak)));

    private static string Row(string name, string phase, long bytes) =>
        $"  {name,-47}  {phase,-8}  {Gibibytes(bytes),9} GiB";

    private static string Gibibytes(long bytes) =>
        ((double)bytes / (1 << 30)).ToString("0.000", CultureInfo.InvariantCulture);

    private long Of(MemoryPhase phase) => Items.Where(item => item.Phase == phase).Sum(item => item.Bytes);

    private sealed class Calculation
    {
        private readonly QwenConfig _config;
        private readonly RunConfiguration _run;
        private readonly long _element;  // Bytes of a weight or an activation.
        private readonly long _prompt;
        private readonly long _response;
        private readonly long _patches;  // Of a problem.
        private readonly Dictionary<string, long[]> _shapes;
        private readonly int _processes;
        private readonly long _available;

        public Calculation(
            QwenConfig config, RunConfiguration run, PromptSize largestPrompt, int processes, long available)
        {
            _processes = processes;
            _available = available;
            _config = config;
            _run = run;
            _element = run.Model.Dtype == "bf16" ? 2 : 4;
            _prompt = Math.Max(1, largestPrompt.Tokens);
            _response = run.Rollout.MaxResponseTokens;
            _patches = (long)largestPrompt.ImageTokens * config.Vision.MergeSize * config.Vision.MergeSize;
            using var layout = new QwenModel(config, ScalarType.Float32, META); // Shapes without memory.
            _shapes = layout.Parameters.Names.ToDictionary(name => name, name => layout.Parameters[name].shape);
        }

        private TextConfig Text => _config.Text;

        private VisionConfig Vision => _config.Vision;

        private bool Adapts => _run.Model.LoraRank > 0;

        private bool TrainsVision => _run.Model.TrainVision;

        private long Trajectories => (long)_run.Data.Batch * _run.Rollout.Group;

        public MemoryPlan Plan()
        {
            MemoryPlan without = Plan(recomputes: false);
            bool recomputes = _run.Model.ActivationCheckpointing
                ?? (_run.Model.Device != "cpu" || without.Peak > _available / 2);
            return recomputes ? Plan(recomputes) : without;
        }

        private MemoryPlan Plan(bool recomputes)
        {
            long weights = _shapes.Values.Sum(Count);
            long trained = Adapts ? AdapterWeights() : TrainedWeights().Sum(Count);
            bool reference = _run.Learning.Kl > 0 && !Adapts;
            long moments = trained * Float * (_element < Float ? 3 : 2); // With a copy in fp32 of narrower weights.
            bool draws = _run.Rollout.Engine == "local";
            return new MemoryPlan(
            [
                new("process", Process, MemoryPhase.Always),
                new("weights", (weights + (Adapts ? trained : 0)) * _element, MemoryPhase.Always),
                new("reference policy", reference ? weights * _element : 0, MemoryPhase.Always),
                new("gradients", trained * _element, MemoryPhase.Always),
                new("optimizer", moments / _processes, MemoryPhase.Always),
                new("gradients of all processes", Exchanged(trained), MemoryPhase.Always),
                new("images", Images(), MemoryPhase.Always),
                new("reading prompts", draws ? ReadingPrompts() : 0, MemoryPhase.Reading),
                new("KV cache of prompts, to be filled", draws ? KvCache(copied: 0) : 0, MemoryPhase.Reading),
                new(
                    "KV cache, and its copy as rows leave",
                    draws ? KvCache(copied: DecodingBatch.WorthLeaving) : 0,
                    MemoryPhase.Drawing),
                new("next-token distributions", draws ? Distributions() : 0, MemoryPhase.Drawing),
                new("activations", Math.Max(Activations(recomputes), Update()), MemoryPhase.Learning),
            ],
            recomputes,
            _available);
        }

        // This process's part of the sums, and some buckets on their way, in fp32.
        private long Exchanged(long trained) => _processes == 1
            ? 0
            : Float * ((trained / _processes) + (2 * Math.Min(trained, ShardedTraining.BucketSize)));

        // Patches in fp32 of the batch's images and the next batch's, and, with CSRS, of a perturbed copy for each
        // trajectory.
        private long Images()
        {
            long copies = (2L * _run.Data.Batch) + (Retraces && _run.Retracing.Perturbation != "none" ? Trajectories : 0);
            return copies * _patches * Vision.PatchLength * Float;
        }

        private bool Retraces => Method.Of(_run).Retraces;

        private long Requests => Retraces ? Trajectories : _run.Data.Batch;

        private long Rows()
        {
            long drawn = Trajectories * (Retraces ? _run.Retracing.Samples : 1);
            long votes = (long)_run.Data.Batch * (_run.Rollout.VoteSamples ?? 0);
            return Math.Min(_run.Rollout.MaxBatchSequences, Math.Max(drawn, votes));
        }

        // A retraced prompt ends with what is kept of a trajectory.
        private long PromptToRead => _prompt + (Retraces ? KeptPrefix : 0);

        private long KeptPrefix => (long)(_response * _run.Retracing.KeepRate);

        private long BytesOfKeysAndValues => 2L * Text.Layers * Text.KeyValueHeads * Text.HeadSize * _element;

        // First the images of one forward pass go through the tower, then its prompts through the decoder.
        private long ReadingPrompts()
        {
            long requests = Math.Clamp(_run.Rollout.PrefillTokens / PromptToRead, 1, Requests);
            long tower = requests * _patches * ((Vision.PatchLength * (Float + _element)) + BlockOfVision);
            long decoder = requests * PromptToRead * (BytesOfKeysAndValues + (_element * Text.HiddenSize) + BlockOfText);
            return Math.Max(tower, decoder);
        }

        // A prompt's keys and values once, and those of its samples' own tokens; of the larger round.
        private long KvCache(double copied)
        {
            long samples = Retraces ? _run.Retracing.Samples : 1;
            long maternal = (_run.Data.Batch * _prompt) + (Math.Min(Rows(), Trajectories) * _response);
            long retraced = Retraces
                ? (Math.Max(1, Rows() / samples) * PromptToRead) + (Rows() * (_response - KeptPrefix))
                : 0;
            return (long)(Math.Max(maternal, retraced) * (1 + copied)) * BytesOfKeysAndValues;
        }

        // Logits, log-probabilities, probabilities, their sums, and a comparison; with top-p also the order of the
        // probabilities, the sums before each, and what is cut off.
        private long Distributions() => Rows() * Text.VocabularySize
            * ((4 * Float) + _element + 1 + (_run.Rollout.TopP < 1 ? sizeof(long) + Float : 0));

        // What a micro-batch keeps for its backward pass, and what that makes on the way.
        private long Activations(bool recomputes)
        {
            long samples = Math.Min(Trajectories, _run.Learning.MiniBatch);
            long inRow = Math.Min(
                Math.Min(_run.Rollout.Group, samples), MicroBatch.ResponsesInRow(Text, _prompt, _response));
            inRow = Math.Clamp((_run.Learning.MicroBatchTokens - _prompt) / _response, 1, inRow);
            long length = _prompt + (inRow * _response);
            long rows = Math.Clamp(_run.Learning.MicroBatchTokens / length, 1, (samples + inRow - 1) / inRow);
            long tokens = rows * length;
            long mask = inRow == 1 ? 0 : rows * length * length * (_element + 1); // Boolean, and to be added.
            long patches = Math.Min(rows, _run.Data.Batch) * _patches;
            // Log-probabilities and two gradients on the way back. Where a server draws, entropies are computed here: of
            // logits, log-probabilities, probabilities and their products.
            long distributions = _run.Rollout.Engine == "local" ? 3 : 4;
            long logits = distributions * Float
                * Math.Min(TokenPredictions.LogitsAtOnce, rows * inRow * _response * Text.VocabularySize);
            // The embedding's gradient is made dense before it is added to what is there.
            long embedding = Adapts ? 0 : (long)Text.VocabularySize * Text.HiddenSize * _element;
            long kept = (tokens * KeptByBlocks(Text.Layers, Text.HiddenSize, BlockOfText, recomputes))
                + (patches * Vision.PatchLength * (Float + _element))
                + (TrainsVision
                    ? patches * KeptByBlocks(Vision.Depth, Vision.HiddenSize, BlockOfVision, recomputes)
                    : 0);
            double atOnce = recomputes ? BlocksAtOnce : 1;
            // One after the other: first the head, while the allocator still holds the last block's temporary tensors.
            long[] passing =
            [
                Math.Max(logits, embedding)
                    + (long)((recomputes ? BlockForward : BlockForward - 1) * tokens * BlockOfText),
                (long)(atOnce * tokens * BlockOfText),
                (long)((TrainsVision ? atOnce : 1) * patches * BlockOfVision),
            ];
            return kept + mask + passing.Max();
        }

        // The largest of the gradients in fp32, where it is not of that type, and its squares.
        private long Update() => Adapts ? 0 : (_element < Float ? 2 : 1) * Float * TrainedWeights().Max(Count);

        // Bytes a token: with recomputation a block's input alone.
        private long KeptByBlocks(long layers, long hidden, long block, bool recompute) =>
            layers * (recompute ? hidden * _element : block);

        // Bytes a token of a decoder block keeps: normed inputs, queries, keys, values and their copies for each head,
        // attention's result, and four tensors of the gated MLP; norms are computed in fp32; an adapter's part of each
        // linear layer's result, and the sum.
        private long BlockOfText
        {
            get
            {
                long keyValue = (long)Text.KeyValueHeads * Text.HeadSize;
                long values = (9L * Text.HiddenSize) + (4 * keyValue) + (4L * Text.IntermediateSize);
                long adapters = Adapts ? 2 * ((3L * Text.HiddenSize) + (2 * keyValue) + (2L * Text.IntermediateSize)) : 0;
                long norms = _element < Float ? 4L * Text.HiddenSize * Float : 0;
                return ((values + adapters) * _element) + norms;
            }
        }

        private long BlockOfVision => _element * ((12L * Vision.HiddenSize) + (4L * Vision.IntermediateSize));

        private IEnumerable<long[]> TrainedWeights() => _shapes
            .Where(pair => TrainsVision || !pair.Key.StartsWith("visual.", StringComparison.Ordinal))
            .Select(pair => pair.Value);

        private long AdapterWeights()
        {
            var lora = new LoraSettings(
                _run.Model.LoraRank, _run.Model.LoraAlpha, _run.Model.LoraTargets.Split(' '), Vision: TrainsVision);
            return _shapes
                .Where(pair => pair.Value.Length == 2 && lora.Covers(pair.Key[..^".weight".Length]))
                .Sum(pair => lora.Rank * pair.Value.Sum());
        }

        private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
    }
}
