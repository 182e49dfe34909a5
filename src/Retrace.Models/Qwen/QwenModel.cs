using Retrace.Models.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>
/// Qwen2.5-VL: a vision tower whose image tokens take their places among the text's embeddings, and a decoder.
/// </summary>
/// <remarks>Source: Bai et al. 2025 (arXiv 2502.13923) and the public transformers implementation.</remarks>
public sealed class QwenModel : IDisposable
{
    private readonly VisionTower _vision;
    private readonly TextDecoder _decoder;

    /// <summary>Lays out the model with undefined values; see <see cref="Initialise"/>.</summary>
    public QwenModel(QwenConfig config, ScalarType type, Device device)
    {
        Config = config;
        Parameters = new Parameters(type, device);
        _vision = new VisionTower(Parameters, config.Vision);
        _decoder = new TextDecoder(Parameters, config.Text, config.TieWordEmbeddings);
    }

    public QwenConfig Config { get; }

    public Parameters Parameters { get; }

    public Device Device => Parameters.Device;

    /// <summary>Random weights: normal with deviation 0.02, norms one, biases zero.</summary>
    public void Initialise(long seed)
    {
        using var noGrad = no_grad();
        using var generator = new Generator((ulong)seed, Device);
        foreach (string name in Parameters.Names)
        {
            Tensor tensor = Parameters[name];
            if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                tensor.zero_();
            }
            else if (tensor.dim() == 1)
            {
                tensor.fill_(1.0);
            }
            else
            {
                using Tensor values = randn(tensor.shape, generator: generator, device: Device).mul_(0.02);
                tensor.copy_(values);
            }
        }
    }

    /// <summary>Embeds images with the vision tower.</summary>
    /// <param name="images">Processed images, in prompt order.</param>
    /// <returns>[image tokens of all, hidden]</returns>
    public Tensor EncodeImages(IReadOnlyList<ProcessedImage> images)
    {
        long patchLength = Config.Vision.PatchLength;
        Tensor patches = empty([images.Sum(image => image.Patches.Length / patchLength), patchLength]);
        long row = 0;
        foreach (ProcessedImage image in images)
        {
            using Tensor source = from_array(image.Patches).view(-1, patchLength);
            patches.narrow(0, row, source.shape[0]).copy_(source);
            row += source.shape[0];
        }
        return _vision.Forward(
            patches.to(Parameters.Type).to(Device), [.. images.Select(image => image.Grid)]);
    }

    /// <summary>Image tokens that an image takes in a prompt.</summary>
    public int ImageTokenCount(ImageGrid grid) =>
        grid.Temporal * grid.Height * grid.Width / (Config.Vision.MergeSize * Config.Vision.MergeSize);

    /// <summary>Positions of a sequence with its image placeholders expanded.</summary>
    public RopePositions Positions(ReadOnlySpan<int> tokens, IReadOnlyList<ImageGrid> grids) =>
        RopePositions.Of(tokens, grids, Config.Tokens.ImagePad, Config.Vision.MergeSize);

    /// <summary>Final hidden states of a batch of sequences.</summary>
    /// <param name="tokens">[B, T], padded on either side.</param>
    /// <param name="imageFeatures">[M, hidden], the features that <paramref name="imageRows"/> picks from; null for text.</param>
    /// <param name="imageRows">
    /// Row of <paramref name="imageFeatures"/> for each image token of the batch in reading order, so that sequences may
    /// share an image. [image tokens]
    /// </param>
    /// <param name="positions">[3, B, T]</param>
    /// <param name="mask">As for the decoder: bool [B, 1, T, held + T], or null for plain causal attention.</param>
    /// <param name="cache">Holds earlier tokens and takes these; null while training.</param>
    /// <returns>[B, T, hidden]</returns>
    public Tensor Forward(
        Tensor tokens, Tensor? imageFeatures, Tensor? imageRows, Tensor positions, Tensor? mask, KvCache? cache)
    {
        Tensor hidden = _decoder.Embed(tokens);
        if (imageFeatures is not null)
        {
            Tensor isImage = tokens.eq(Config.Tokens.ImagePad).flatten().nonzero().squeeze(1); // [image tokens]
            Tensor features = imageRows is null ? imageFeatures : imageFeatures.index_select(0, imageRows);
            hidden = hidden.view(-1, Config.Text.HiddenSize).index_copy(0, isImage, features).view(hidden.shape);
        }
        (Tensor cos, Tensor sin) = _decoder.RotaryTables(positions);
        return _decoder.Forward(hidden, cos, sin, mask, cache);
    }

    /// <summary>[…, hidden] → […, V].</summary>
    public Tensor Logits(Tensor hidden) => _decoder.Logits(hidden);

    /// <summary>An empty cache for this many sequences of up to <paramref name="capacity"/> tokens.</summary>
    public KvCache NewCache(int rows, int capacity) => new(Config.Text, rows, capacity, Parameters.Type, Device);

    /// <summary>A frozen copy: the reference policy.</summary>
    public QwenModel Clone()
    {
        using var noGrad = no_grad();
        var copy = new QwenModel(Config, Parameters.Type, Device);
        foreach (string name in Parameters.Names)
        {
            copy.Parameters[name].copy_(Parameters[name]);
        }
        return copy;
    }

    public void Dispose() => Parameters.Dispose();
}
