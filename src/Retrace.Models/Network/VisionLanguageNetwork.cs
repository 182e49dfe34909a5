using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A vision-language transformer: a vision encoder, whose image tokens take their places among the text's embeddings,
/// and a decoder.
/// </summary>
public sealed class VisionLanguageNetwork : IDisposable
{
    private readonly VisionEncoder _vision;
    private readonly TextDecoder _decoder;
    private readonly VisionLanguageNetwork? _unadapted;

    /// <summary>Declares all weights of the network with undefined values; see <see cref="Initialise"/>.</summary>
    public VisionLanguageNetwork(ModelConfig config, ScalarType type, Device device)
        : this(config, new Parameters(type, device))
    {
    }

    private VisionLanguageNetwork(ModelConfig config, Parameters parameters, VisionLanguageNetwork? unadapted = null)
    {
        Config = config;
        Parameters = parameters;
        _unadapted = unadapted;
        _vision = config.Family.CreateEncoder(Parameters, config.Vision);
        _decoder = new TextDecoder(
            Parameters, config.Text, config.Family.WeightNames.Decoder, config.Tokens.NeverSampled);
    }

    /// <summary>The model's family and the sizes of its parts.</summary>
    public ModelConfig Config { get; }

    /// <summary>All weights of the network, the adapter's included.</summary>
    public Parameters Parameters { get; }

    /// <summary>The device that holds the weights.</summary>
    public Device Device => Parameters.Device;

    /// <summary>The adapter; null for a network as it is.</summary>
    public LoraAdapter? Adapter => Parameters.Adapter;

    /// <summary>
    /// How passes that are learned from spread their tokens over the experts; null for a model without experts.
    /// </summary>
    public ExpertLoad? ExpertLoad => _decoder.Load;

    /// <summary>
    /// Whether a backward pass computes the activations inside each block anew instead of keeping them: about a third
    /// more arithmetic, and memory for one block at a time.
    /// </summary>
    public bool RecomputesActivations { get; set; }

    /// <summary>
    /// Called by backward passes through what is computed from now on when they have come through a block, with the
    /// beginning of the names of the block's weights. The gradients of these, and of all weights declared after them,
    /// are complete then.
    /// </summary>
    public Action<string>? BlockDifferentiated { get; set; }

    /// <summary>
    /// Lets gradients flow to the weights that are this network's own: all of them, or of an adapted network the
    /// adapter's.
    /// </summary>
    /// <param name="vision">Whether to those of the vision encoder, too.</param>
    public void Train(bool vision = true) =>
        Parameters.Train(name => !Parameters.IsShared(name) && (vision || !Config.Family.WeightNames.IsVision(name)));

    /// <summary>Gives all weights random values: matrices normal ones, norms one, biases zero.</summary>
    /// <param name="standardDeviation">
    /// The standard deviation of the matrices; narrow models start better with more than the usual 0.02.
    /// </param>
    public void Initialise(long seed, double standardDeviation = 0.02)
    {
        using var noGrad = no_grad();
        using var generator = new Generator((ulong)seed, CPU); // There is none for another device: see RandomMask.
        foreach (string name in Parameters.Names)
        {
            using Tensor values =
                RandomValues(name, Parameters[name].shape, ScalarType.Float32, generator, standardDeviation);
            Parameters[name].copy_(values);
        }
    }

    /// <summary>
    /// Random weights as a checkpoint stores them, each tensor made when its turn to be written comes: the model may be
    /// larger than the memory.
    /// </summary>
    /// <param name="config">The sizes.</param>
    /// <param name="type">The type of the elements.</param>
    public static IReadOnlyList<StoredTensor> RandomWeights(ModelConfig config, ScalarType type, long seed)
    {
        using var layout = new VisionLanguageNetwork(config, type, META); // Shapes without memory.
        return [.. layout.Parameters.Names.Select((name, place) =>
        {
            long[] shape = layout.Parameters[name].shape;
            return new StoredTensor(name, shape, type, () =>
            {
                using var generator = new Generator((ulong)RandomStream.For(seed, place).NextInt64(), CPU);
                return RandomValues(name, shape, type, generator, standardDeviation: 0.02);
            });
        })];
    }

    /// <summary>Embeds images with the vision encoder.</summary>
    /// <param name="images">Processed images; sequences name them by their place here.</param>
    public ImageFeatures EncodeImages(IReadOnlyList<ProcessedImage> images)
    {
        using DisposeScope scope = NewDisposeScope();
        long patchLength = Config.Vision.PatchLength;
        Tensor patches = empty([images.Sum(image => image.Patches.Length / patchLength), patchLength], device: CPU);
        var firstRows = new List<int>();
        long patch = 0;
        foreach (ProcessedImage image in images)
        {
            firstRows.Add((int)(patch / Config.Vision.PatchesPerToken));
            using Tensor source = from_array(image.Patches, device: CPU).view(-1, patchLength);
            patches.narrow(0, patch, source.shape[0]).copy_(source);
            patch += source.shape[0];
        }
        ImageGrid[] grids = [.. images.Select(image => image.Grid)];
        // What is frozen keeps no activations, and would keep some if it were to compute them anew.
        BlockRunner blocks = new(RecomputesActivations && TrainsVision(), BlockDifferentiated);
        Tensor rows = _vision.Forward(patches.to(Parameters.Type).to(Device), grids, blocks);
        return new ImageFeatures(rows.MoveToOuterDisposeScope(), grids, firstRows);
    }

    /// <summary>Final hidden states of a batch of sequences.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="images">The features that the batch was made with; null for text alone.</param>
    /// <returns>[B, T, hidden]</returns>
    public Tensor Forward(SequenceBatch batch, ImageFeatures? images) => Forward(batch, images, cache: null);

    /// <summary>Computes the keys and values of prompts that are to be continued. Not differentiable.</summary>
    /// <param name="prompts">Padded on the left.</param>
    /// <param name="images">The features that the prompts were made with; null for text alone.</param>
    /// <param name="continuations">[prompts] how many sequences will continue each, at least one.</param>
    /// <returns>
    /// The cache, and the final hidden states that predict each prompt's next token, [prompts, hidden].
    /// </returns>
    public (ForkedCache Cache, Tensor Hidden) Prefill(
        SequenceBatch prompts, ImageFeatures? images, IReadOnlyList<int> continuations)
    {
        using DisposeScope scope = NewDisposeScope();
        int width = (int)prompts.Tokens.shape[1];
        var cache = new KvCache(Config.Text, prompts.Lengths.Count, width, Parameters.Type, Device);
        Tensor hidden = Forward(prompts, images, cache);
        return (
            new ForkedCache(Config.Text, cache, prompts.Lengths, continuations, Parameters.Type, Device),
            hidden.select(1, width - 1).clone().MoveToOuterDisposeScope());
    }

    /// <summary>Begins to decode sequences; no weight may change before this ends with the result's disposal.</summary>
    /// <param name="sequences">How many there will be side by side, at most.</param>
    /// <param name="tokens">The most tokens of each.</param>
    public Decoding BeginDecoding(long sequences, long tokens) =>
        BeginDecoding(transposes: BytesOfTransposed(sequences, tokens) > 0);

    /// <summary>Begins to decode with or without copies of the weights, whether these pay or not.</summary>
    internal Decoding BeginDecoding(bool transposes) => new(_decoder, transposes);

    /// <summary>Bytes of the copies of weights that decoding makes; 0 where it makes none.</summary>
    /// <inheritdoc cref="BeginDecoding(long, long)" path="/param"/>
    public long BytesOfTransposed(long sequences, long tokens)
    {
        long bytes = TransposedWeights.Pay(Config.Text, Parameters, sequences, tokens) ? _decoder.BytesOfTransposed : 0;
        return TransposedWeights.Fit(bytes) ? bytes : 0;
    }

    /// <summary>
    /// Next-token logits of hidden states: […, hidden] → […, V]. Those of <see cref="TokenIds.NeverSampled"/> give
    /// probability 0.
    /// </summary>
    public Tensor Logits(Tensor hidden) => _decoder.Logits(hidden);

    /// <summary>Bytes of a token's keys and values in a cache.</summary>
    public long BytesOfCachedToken => KvCache.BytesOfToken(Config.Text, Parameters.ElementSize);

    /// <summary>Bytes that prefilling prompts takes at its peak, their cache included.</summary>
    /// <param name="tokens">The tokens of all prompts that are prefilled together.</param>
    /// <param name="patches">The patches of all their images, which go through the encoder first.</param>
    public long BytesOfPrefill(long tokens, long patches) => Math.Max(
        patches * (BytesOfPatch + _vision.Memory.Forward),
        tokens * (BytesOfCachedToken + _decoder.Memory.Input + _decoder.Memory.Kept));

    /// <summary>Bytes that a forward and a backward pass take at their peak beside weights and gradients.</summary>
    /// <param name="tokens">The tokens of all sequences, padding included.</param>
    /// <param name="patches">The patches of all images.</param>
    /// <param name="predictions">Bytes of <see cref="TokenPredictions"/> while they are made.</param>
    /// <param name="recomputes">As <see cref="RecomputesActivations"/>.</param>
    public long BytesOfLearning(long tokens, long patches, long predictions, bool recomputes)
    {
        BlockMemory text = _decoder.Memory;
        BlockMemory vision = _vision.Memory;
        bool trainsVision = TrainsVision();
        long kept = (tokens * text.KeptByAll(recomputes))
            + (patches * (BytesOfPatch + (trainsVision ? vision.KeptByAll(recomputes) + vision.Around : 0)));
        // One after the other: first the head, while the allocator still holds the last block's temporary tensors.
        long[] passing =
        [
            Math.Max(predictions, _decoder.BytesOfEmbeddingGradient) + (tokens * text.BesideKept(recomputes)),
            tokens * text.Backward(recomputes),
            patches * (trainsVision ? vision.Backward(recomputes) : vision.Forward),
        ];
        return kept + passing.Max();
    }

    /// <summary>
    /// This network with an adapter that changes nothing yet. Both use the same weights, of which there is no second
    /// copy, and this one goes on to be what it is without the adapter: the reference policy. It has to outlive that.
    /// </summary>
    /// <param name="settings">The adapter's size and place.</param>
    /// <param name="seed">Names the random numbers of its initialisation.</param>
    /// <exception cref="BadInputException">It is to adapt experts that are not there, or with dropout.</exception>
    public VisionLanguageNetwork WithAdapter(LoraSettings settings, long seed)
    {
        if (settings.AdaptsExperts && Config.Text.Experts is null)
        {
            throw new BadInputException(
                "The adapter is to adapt experts (model.lora_targets), but the model has none; leave them out.");
        }
        if (settings.AdaptsExperts && settings.Dropout > 0)
        {
            throw new BadInputException(
                "An adapter of experts (model.lora_targets) can have no dropout (model.lora_dropout), since PEFT has none "
                + "for them; it has to be 0.");
        }
        var adapter = new LoraAdapter(settings, Config.Family.WeightNames);
        var adapted = new VisionLanguageNetwork(Config, new Parameters(Parameters, adapter), unadapted: this);
        adapter.Initialise(adapted.Parameters, seed);
        return adapted;
    }

    /// <summary>A frozen copy of all that is this network's own: of an adapted one, the adapter.</summary>
    public VisionLanguageNetwork Clone()
    {
        using var noGrad = no_grad();
        VisionLanguageNetwork copy = _unadapted is null
            ? new VisionLanguageNetwork(Config, Parameters.Type, Device)
            : _unadapted.WithAdapter(Adapter!.Settings, seed: 0);
        foreach (string name in Parameters.Names.Where(name => !Parameters.IsShared(name)))
        {
            copy.Parameters[name].copy_(Parameters[name]);
        }
        return copy;
    }

    public void Dispose()
    {
        _decoder.Dispose();
        Parameters.Dispose();
    }

    // In fp32 as it is processed, and as the encoder takes it.
    private long BytesOfPatch => Config.Vision.PatchLength * (sizeof(float) + Parameters.ElementSize);

    private bool TrainsVision() => Parameters.Names.Any(
        name => Config.Family.WeightNames.IsVision(name) && Parameters[name].requires_grad);

    private static Tensor RandomValues(
        string name, long[] shape, ScalarType type, Generator generator, double standardDeviation)
    {
        if (name.EndsWith(".bias", StringComparison.Ordinal))
        {
            return zeros(shape, type, CPU);
        }
        if (shape.Length == 1)
        {
            return ones(shape, type, CPU);
        }
        using Scalar deviation = standardDeviation;
        return randn(shape, type, CPU, generator: generator).mul_(deviation);
    }

    private Tensor Forward(SequenceBatch batch, ImageFeatures? images, KvCache? cache)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = _decoder.Embed(batch.Tokens);
        DeepStack? deepStack = null;
        if (batch is { ImagePlaces: not null, ImageRows: not null })
        {
            Tensor features = images!.Rows.RowsAt(batch.ImageRows);
            int size = Config.Text.HiddenSize;
            hidden = hidden.view(-1, size)
                .WithRowsAt(batch.ImagePlaces, features.narrow(1, 0, size))
                .view(hidden.shape);
            deepStack = new DeepStack(batch.ImagePlaces, [.. features.split(size, dim: 1).Skip(1)]);
        }
        (Tensor cos, Tensor sin) = _decoder.RotaryTables(batch.Positions);
        Tensor? mask = Additive(batch.Mask);
        BlockRunner blocks = new(RecomputesActivations && cache is null, BlockDifferentiated);
        return _decoder.Forward(hidden, cos, sin, mask, deepStack, cache, blocks).MoveToOuterDisposeScope();
    }

    // 0 where attended and −∞ elsewhere: attention makes the same of a Boolean mask, in each block anew, and keeps it.
    private Tensor? Additive(Tensor? mask)
    {
        using Scalar never = double.NegativeInfinity;
        return mask is null
            ? null
            : zeros(mask.shape, Parameters.Type, Device).masked_fill_(mask.bitwise_not(), never);
    }
}
