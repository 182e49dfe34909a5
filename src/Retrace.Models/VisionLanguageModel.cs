using Retrace.Files;
using Retrace.Models.Adapters;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models;

/// <summary>
/// A model folder in the hub's layout, loaded: weights, tokenizer and image processor. A folder with an adapter in
/// PEFT's layout is loaded with the model that it names.
/// </summary>
public sealed class VisionLanguageModel : IDisposable
{
    // What a checkpoint carries along from the folder it came from, unchanged but for the weights' type. The original's
    // own configuration is among them, because it holds keys that other tools want.
    internal static readonly string[] CarriedFiles =
    [
        ConfigFile, "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "added_tokens.json",
        "special_tokens_map.json", "chat_template.json", "chat_template.jinja", "preprocessor_config.json",
        "video_preprocessor_config.json", "processor_config.json", "generation_config.json", "LICENSE", "evolve.yaml",
    ];

    private const string ConfigFile = ModelConfig.ConfigFile;
    private const long LargestCarriedFile = 128 << 20; // Bytes.

    private readonly string _directory;
    private readonly Tokenizer? _tokenizer;
    private readonly List<(string Name, byte[] Content)> _carried; // Read at once: the folder may be gone when we save.
    private VisionLanguageModel? _ownBase; // Disposed with this one: nobody else has it.

    private VisionLanguageModel(
        string directory, VisionLanguageNetwork network, Tokenizer? tokenizer, ImageProcessor images)
    {
        _directory = directory;
        _carried =
        [
            .. CarriedFiles.Select(name => (Name: name, Path: Path.Combine(directory, name)))
                .Where(file => File.Exists(file.Path))
                .Select(file => (file.Name, ContentOf(file.Name, file.Path, network))),
        ];
        _tokenizer = tokenizer;
        Network = network;
        Images = images;
    }

    private VisionLanguageModel(VisionLanguageModel unadapted, VisionLanguageNetwork network)
    {
        _directory = unadapted._directory;
        _carried = unadapted._carried;
        _tokenizer = unadapted._tokenizer;
        Network = network;
        Images = unadapted.Images;
    }

    /// <summary>The network: the weights, and the computations with them.</summary>
    public VisionLanguageNetwork Network { get; }

    /// <summary>The model's family.</summary>
    public ModelFamily Family => Network.Config.Family;

    /// <summary>The format in which a conversation becomes text.</summary>
    public ChatTemplate Chat => Network.Config.Chat;

    /// <summary>Turns images into the patches that the vision encoder reads.</summary>
    public ImageProcessor Images { get; }

    /// <summary>Whether the folder has tokenizer files; without them the model reads and writes ids alone.</summary>
    public bool HasTokenizer => _tokenizer is not null;

    /// <summary>Converts text to token ids, and back.</summary>
    /// <exception cref="BadInputException">The folder has no tokenizer files.</exception>
    public Tokenizer Tokenizer => _tokenizer ?? throw new BadInputException(
        $"{_directory} holds neither tokenizer.json nor vocab.json with merges.txt; text needs a tokenizer.");

    /// <summary>Loads a model, or an adapter with its base model, from a folder.</summary>
    /// <param name="directory">
    /// Holds config.json, weights and, unless only token ids are used, tokenizer files; or an adapter.
    /// </param>
    /// <param name="type">
    /// The type the weights are held in; null for <see cref="ModelConfig.ComputeType"/>, the checkpoint's own.
    /// </param>
    /// <param name="device">The device that holds the weights.</param>
    /// <param name="maxPixels">
    /// The most pixels of an image, where this is fewer than the image processor's bound; null keeps that bound.
    /// </param>
    /// <exception cref="BadInputException">
    /// A file is missing or broken, a tensor has the wrong shape, or the folder has <see cref="Checksums"/> and a file
    /// differs.
    /// </exception>
    public static VisionLanguageModel Load(string directory, ScalarType? type, Device device, int? maxPixels = null)
    {
        if (!Directory.Exists(directory))
        {
            throw new BadInputException(
                $"The model folder {directory} does not exist; name a {ModelFamilies.Names} folder in the hub's "
                + "layout.");
        }
        Checksums.CheckModel(directory);
        if (AdapterFolder.IsAt(directory))
        {
            return LoadAdapted(directory, type, device, maxPixels);
        }
        (ModelConfig config, ImageProcessorConfig images, Tokenizer? tokenizer) = ModelFolder.Check(directory, maxPixels);
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        var network = new VisionLanguageNetwork(config, type ?? config.ComputeType, device);
        try
        {
            StoredWeights.CopyInto(network, checkpoint, directory);
        }
        catch
        {
            network.Dispose();
            throw;
        }
        return new VisionLanguageModel(directory, network, tokenizer, new ImageProcessor(images));
    }

    /// <summary>
    /// This model with a new adapter: <see cref="VisionLanguageNetwork.WithAdapter"/>. This model must outlive the
    /// result.
    /// </summary>
    public VisionLanguageModel WithAdapter(LoraSettings settings, long seed) =>
        new(this, Network.WithAdapter(settings, seed));

    /// <summary>This model with the adapter that a folder holds. This model must outlive the result.</summary>
    /// <exception cref="BadInputException">A file is missing or broken, or it adapts other layers.</exception>
    public VisionLanguageModel WithAdapter(string directory)
    {
        using AdapterFolder adapter = AdapterFolder.Open(directory, Family.WeightNames);
        VisionLanguageModel adapted = WithAdapter(adapter.Settings, seed: 0);
        try
        {
            adapter.CopyInto(adapted.Network);
            return adapted;
        }
        catch
        {
            adapted.Dispose();
            throw;
        }
    }

    /// <summary>Fills this model's adapter from a folder that <see cref="Save"/> has written.</summary>
    /// <exception cref="BadInputException">A file is missing or broken, or it adapts other layers.</exception>
    public void LoadAdapter(string directory)
    {
        using AdapterFolder adapter = AdapterFolder.Open(directory, Family.WeightNames);
        adapter.CopyInto(Network);
    }

    /// <summary>Copies the weights of a checkpoint of this model into its network, in place of those it has.</summary>
    /// <exception cref="BadInputException">
    /// A file is missing, broken or changed, or a tensor has another shape.
    /// </exception>
    public void LoadWeights(string directory)
    {
        Checksums.CheckModel(directory);
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        StoredWeights.CopyInto(Network, checkpoint, directory);
    }

    /// <summary>
    /// Writes a folder that any reader of the hub's layout loads; of a model with an adapter, one that PEFT loads. Not
    /// atomic as a whole.
    /// </summary>
    /// <param name="directory">Created if it does not exist.</param>
    public void Save(string directory)
    {
        if (Network.Adapter is null)
        {
            CheckpointWriter.Write(
                directory, Network.Parameters.Names.Select(name => (name, Network.Parameters[name])));
        }
        else
        {
            AdapterFolder.Write(directory, Network, Path.GetFullPath(_directory));
        }
        foreach ((string name, byte[] content) in _carried)
        {
            // Beside an adapter, the configuration of a whole model would promise weights that are not there.
            if (Network.Adapter is null || name != ConfigFile)
            {
                File.WriteAllBytes(Path.Combine(directory, name), content);
            }
        }
    }

    public void Dispose()
    {
        Network.Dispose();
        _ownBase?.Dispose();
    }

    private static byte[] ContentOf(string name, string path, VisionLanguageNetwork network)
    {
        byte[] content = InputFile.ReadAllBytes(path, LargestCarriedFile);
        return name == ConfigFile ? ConfigElementType.Name(content, [network.Parameters.Type], path) : content;
    }

    private static VisionLanguageModel LoadAdapted(string directory, ScalarType? type, Device device, int? maxPixels)
    {
        VisionLanguageModel unadapted = Load(AdapterFolder.BaseModelOf(directory), type, device, maxPixels);
        try
        {
            VisionLanguageModel adapted = unadapted.WithAdapter(directory);
            adapted._ownBase = unadapted;
            return adapted;
        }
        catch
        {
            unadapted.Dispose();
            throw;
        }
    }
}
