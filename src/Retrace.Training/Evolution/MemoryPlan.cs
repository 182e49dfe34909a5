using System.Globalization;
using Retrace.Models.Adapters;
using Retrace.Models.Qwen;
using Retrace.Training.Configuration;
using Retrace.Training.Prompts;
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

    /// <summary>While responses are drawn.</summary>
    Rollout,

    /// <summary>While the policy is updated.</summary>
    Learning,
}

/// <summary>
/// What a run needs at its peak, computed from sizes and settings before anything is loaded. Each formula counts the
/// tensors that the code holds at once in the place it names; docs/memory.md has them beside measured peaks.
/// </summary>
/// <param name="Items">All parts.</param>
public sealed record MemoryPlan(IReadOnlyList<MemoryItem> Items)
{
    private const long Float = sizeof(float);
    private const long Process = 250L << 20;   // .NET, libtorch's code and its threads' buffers.
    private const long LogitsAtOnce = 1L << 26; // As in TokenPredictions.

    /// <summary>Bytes at the peak: what is always there and the larger of the two phases.</summary>
    public long Peak => Of(MemoryPhase.Always) + Math.Max(Of(MemoryPhase.Rollout), Of(MemoryPhase.Learning));

    /// <param name="config">The model's sizes.</param>
    /// <param name="configuration">The run's.</param>
    /// <param name="largestPrompt">Of the problems.</param>
    public static MemoryPlan Of(QwenConfig config, RunConfiguration configuration, PromptSize largestPrompt) =>
        new Calculation(config, configuration, largestPrompt).Plan();

    /// <summary>Refuses a run on the CPU that needs more memory than this process can have.</summary>
    /// <exception cref="BadInputException">It does.</exception>
    public void CheckFits(ModelSettings settings)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (settings.Device == "cpu" && Peak > available)
        {
            string parts = string.Join(", ", Items.Where(item => item.Bytes > 0)
                .Select(item => $"{item.Name} {Gibibytes(item.Bytes)}"));
            throw new BadInputException(
                $"The run needs {Gibibytes(Peak)} GiB and this process can have {Gibibytes(available)} ({parts}); "
                + "model.lora_rank, learn.kl=0 or a smaller learn.micro_batch_tokens or "
                + "rollout.max_batch_sequences would need less.");
        }
    }

    private static string Gibibytes(long bytes) =>
        ((double)bytes / (1 << 30)).ToString("0.0", CultureInfo.InvariantCulture);

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

        public Calculation(QwenConfig config, RunConfiguration run, PromptSize largestPrompt)
        {
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
            long weights = _shapes.Values.Sum(Count);
            long trained = Adapts ? AdapterWeights() : TrainedWeights().Sum(Count);
            bool reference = _run.Learning.Kl > 0 && !Adapts;
            long moments = trained * Float * (_element < Float ? 3 : 2); // With a copy in fp32 of narrower weights.
            return new MemoryPlan(
            [
                new("process", Process, MemoryPhase.Always),
                new("weights", (weights + (Adapts ? trained : 0)) * _element, MemoryPhase.Always),
                new("reference policy", reference ? weights * _element : 0, MemoryPhase.Always),
                new("gradients", trained * _element, MemoryPhase.Always),
                new("optimizer", moments, MemoryPhase.Always),
                new("images", Images(), MemoryPhase.Always),
                new("reading prompts", Prefill(), MemoryPhase.Rollout),
                new("KV cache", KvCache(), MemoryPhase.Rollout),
                new("next-token distributions", Distributions(), MemoryPhase.Rollout),
                new("activations", Math.Max(Activations(), Update()), MemoryPhase.Learning),
            ]);
        }

        // Patches in fp32 of the batch's images and, with CSRS, of a perturbed copy for each trajectory.
        private long Images()
        {
            long copies = _run.Data.Batch + (_run.Method == "csrs" && _run.Retracing.Perturbation != "none" ? Trajectories : 0);
            return copies * _patches * Vision.PatchLength * Float;
        }

        private long Rows()
        {
            long drawn = _run.Method == "csrs" ? Trajectories * Math.Max(1, _run.Retracing.Samples) : Trajectories;
            long votes = (long)_run.Data.Batch * (_run.Rollout.VoteSamples ?? 0);
            return Math.Min(_run.Rollout.MaxBatchSequences, Math.Max(drawn, votes));
        }

        private long BytesOfKeysAndValues => 2L * Text.Layers * Text.KeyValueHeads * Text.HeadSize * _element;

        // The prompts of one forward pass: their cache, a block's tensors, and their images in the tower.
        private long Prefill()
        {
            long requests = Math.Min(Math.Max(1, _run.Rollout.PrefillTokens / _prompt), Rows());
            long tokens = requests * _prompt;
            return (tokens * (BytesOfKeysAndValues + (_element * Text.HiddenSize) + BlockOfText(_element)))
                + (requests * _patches * ((2 * Vision.PatchLength * Float) + BlockOfVision(_element)));
        }

        // While rows leave or room grows, the old cache and the new one are there.
        private long KvCache()
        {
            long length = _prompt + _response;
            return Rows() * (length + (_prompt + _response / 2)) * BytesOfKeysAndValues;
        }

        // Logits, log-probabilities, probabilities, their sums, and a comparison.
        private long Distributions() => Rows() * Text.VocabularySize * ((4 * Float) + _element + 1);

        // What a micro-batch keeps for its backward pass, and what that makes on the way.
        private long Activations()
        {
            long length = _prompt + _response;
            long sequences = Math.Clamp(_run.Learning.MicroBatchTokens / length, 1, Math.Min(Trajectories, _run.Learning.MiniBatch));
            long tokens = sequences * length;
            long patches = Math.Min(sequences, _run.Data.Batch) * _patches;
            bool recompute = _run.Model.ActivationCheckpointing;
            long text = Kept(Text.Layers, tokens, Text.HiddenSize, BlockOfText(_element), recompute);
            long vision = (TrainsVision ? Kept(Vision.Depth, patches, Vision.HiddenSize, BlockOfVision(_element), recompute)
                : patches * BlockOfVision(_element)) + (patches * Vision.PatchLength * (Float + _element));
            long logits = 4 * Float * Math.Min(LogitsAtOnce, sequences * _response * Text.VocabularySize);
            // The embedding's gradient is made dense before it is added to what is there.
            long embedding = Adapts ? 0 : (long)Text.VocabularySize * Text.HiddenSize * _element;
            return text + vision + Math.Max(logits, embedding);
        }

        // The optimizer's temporary tensors, for the largest of the weights.
        private long Update() => Adapts ? 0 : 3 * Float * TrainedWeights().Max(Count);

        private static long Kept(long layers, long tokens, long hidden, long block, bool recompute)
        {
            // A block's gradients are about as large as what it has kept.
            return recompute ? tokens * ((layers * hidden * Float) + (2 * block)) : tokens * (layers + 1) * block;
        }

        // Bytes a token of a decoder block keeps: normed inputs, queries, keys, values and their copies for each head,
        // attention's result, and four tensors of the gated MLP.
        private long BlockOfText(long element) => element
            * ((9L * Text.HiddenSize) + (4L * Text.KeyValueHeads * Text.HeadSize) + (4L * Text.IntermediateSize));

        private long BlockOfVision(long element) => element
            * ((12L * Vision.HiddenSize) + (4L * Vision.IntermediateSize));

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
