using System.Text.RegularExpressions;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Adapters;

/// <summary>
/// An adapter on disk as PEFT lays it out: <c>adapter_config.json</c>, and <c>adapter_model.safetensors</c> with the
/// tensors <c>base_model.model.LAYER.lora_A.weight</c> and <c>….lora_B.weight</c>; <see cref="ExpertNames"/> has those of
/// experts.
/// </summary>
/// <remarks>
/// LAYER is written with the hub's names (<c>model.layers.0.self_attn.q_proj</c>), which are also the module's names in
/// transformers before 4.52 and which PEFT translates for later versions of 4; the newer names, with
/// <c>model.language_model.</c>, load from 4.52 on alone. Both are read.
/// Source: PEFT's documentation of its checkpoint format.
/// </remarks>
internal sealed partial class AdapterFolder : IDisposable
{
    internal const string ConfigFile = "adapter_config.json";
    private const string WeightsFile = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";

    private readonly string _directory;
    private readonly SafetensorsFile _weights;
    private readonly Dictionary<string, (string A, string B)> _stored; // By the layer's name in the network.

    private AdapterFolder(
        string directory,
        AdapterConfig config,
        WeightNames names,
        SafetensorsFile weights,
        Dictionary<string, (string A, string B)> stored)
    {
        _directory = directory;
        _weights = weights;
        _stored = stored;
        // The layers that are there tell more than target_modules, which may be a pattern.
        Settings = new LoraSettings(
            config.Rank,
            config.Alpha,
            [.. stored.Keys.Select(LoraSettings.TargetOf).Distinct()],
            config.Dropout,
            stored.Keys.Any(names.IsVision));
    }

    /// <summary>The adapter's size, and the layers that it covers.</summary>
    public LoraSettings Settings { get; }

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsAt(string directory) => File.Exists(Path.Combine(directory, ConfigFile));

    /// <summary>The folder of the model that an adapter adapts.</summary>
    /// <exception cref="BadInputException">There is none, or the adapter's configuration is broken.</exception>
    public static string BaseModelOf(string directory)
    {
        string model = AdapterConfig.Load(Path.Combine(directory, ConfigFile)).BaseModel;
        return Directory.Exists(model) && !IsAt(model)
            ? model
            : throw new BadInputException(
                $"The adapter in {directory} belongs to a model in {model}, where there is none; "
                + $"base_model_name_or_path in its {ConfigFile} should name the folder of that model.");
    }

    /// <summary>Opens the folder of a stored adapter.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="names">The names of the model's layers.</param>
    /// <exception cref="BadInputException">A file is missing or broken, or the adapter is not plain LoRA.</exception>
    public static AdapterFolder Open(string directory, WeightNames names)
    {
        AdapterConfig config = AdapterConfig.Load(Path.Combine(directory, ConfigFile));
        SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(directory, WeightsFile));
        try
        {
            return new AdapterFolder(directory, config, names, weights, StoredLayers(weights, names, config.Rank));
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes the adapter of a model.</summary>
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="network">A network with an adapter.</param>
    /// <param name="baseModel">The folder of the model without it.</param>
    public static void Write(string directory, VisionLanguageNetwork network, string baseModel)
    {
        Directory.CreateDirectory(directory);
        SafetensorsWriter.Write(
            Path.Combine(directory, WeightsFile),
            network.Adapter!.Layers
                .SelectMany(layer => new[]
                {
                    (Prefix + LoraAdapter.NameOfA(ExpertNames.Stored(layer)), network.Parameters[LoraAdapter.NameOfA(layer)]),
                    (Prefix + LoraAdapter.NameOfB(ExpertNames.Stored(layer)), network.Parameters[LoraAdapter.NameOfB(layer)]),
                }),
            CheckpointWriter.Metadata);
        File.WriteAllText(
            Path.Combine(directory, ConfigFile), AdapterConfig.ToJson(
                network.Adapter.Settings, network.Config.Family.WeightNames, baseModel));
    }

    /// <summary>Copies the stored tensors into the adapter of a model.</summary>
    /// <exception cref="BadInputException">
    /// The two adapters cover different layers, or a tensor has another shape.
    /// </exception>
    public void CopyInto(VisionLanguageNetwork network)
    {
        IReadOnlyList<string> layers = network.Adapter!.Layers;
        if (_stored.Keys.Except(layers).FirstOrDefault() is string unknown)
        {
            throw new BadInputException(
                $"The adapter in {_directory} has tensors for '{unknown}', which is no layer of its model that can be "
                + "adapted here.");
        }
        foreach (string layer in layers)
        {
            (string a, string b) = _stored.TryGetValue(layer, out var names)
                ? names
                : throw new BadInputException(
                    $"The adapter in {_directory} has no tensors for '{layer}', although it adapts other layers of "
                    + "that name; it should adapt all of them.");
            _weights.CopyTo(a, network.Parameters[LoraAdapter.NameOfA(layer)]);
            _weights.CopyTo(b, network.Parameters[LoraAdapter.NameOfB(layer)]);
        }
    }

    /// <summary>Adds (α/r)·BA to the weight of a layer that is adapted, and leaves any other tensor as it is.</summary>
    /// <param name="name">The tensor's name in the network.</param>
    /// <param name="weight">[out, in], or of experts [E, out, in], fp32, on the CPU</param>
    /// <param name="layout">Says whether that of experts is [E, in, out].</param>
    /// <exception cref="BadInputException">The adapter is that of a layer of another size.</exception>
    public void MergeInto(string name, Tensor weight, ExpertLayout layout)
    {
        if (!_stored.TryGetValue(LayerOf(name), out (string A, string B) names))
        {
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor a = _weights.Load(names.A).to(ScalarType.Float32); // [r, in]
        Tensor b = _weights.Load(names.B).to(ScalarType.Float32); // [out, r]
        bool areExperts = MixtureOfExperts.IsMatrix(name) && weight.dim() == 3;
        Tensor merged = layout.IsTransposed(name) ? weight.transpose(1, 2) : weight;
        long[] expected = areExperts && b.dim() == 2
            ? [a.shape[0] / Settings.Rank, b.shape[0], a.shape[1]]
            : [b.shape[0], a.shape[1]];
        if (b.dim() != 2 || b.shape[1] != a.shape[0] || !merged.shape.SequenceEqual(expected))
        {
            throw new BadInputException(
                $"The adapter in {_directory} has matrices of shapes [{string.Join(", ", b.shape)}] and "
                + $"[{string.Join(", ", a.shape)}] for '{name}', whose shape is [{string.Join(", ", weight.shape)}].");
        }
        using Scalar scale = Settings.Scale;
        merged.add_(areExperts ? ExpertUpdate.Merged(a, b, weight.shape[0]) : b.matmul(a), scale);
    }

    /// <summary>Checks that a model has every layer that is adapted.</summary>
    /// <param name="tensors">The names of the model's tensors in the network.</param>
    /// <param name="baseModel">The model's folder, for messages.</param>
    /// <exception cref="BadInputException">A layer is missing.</exception>
    public void CheckLayers(IEnumerable<string> tensors, string baseModel)
    {
        if (_stored.Keys.Except(tensors.Select(LayerOf)).FirstOrDefault() is string unknown)
        {
            throw new BadInputException(
                $"The adapter in {_directory} has tensors for '{unknown}', which is no layer of the model in "
                + $"{baseModel}.");
        }
    }

    public void Dispose() => _weights.Dispose();

    private static string LayerOf(string weight) =>
        weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : weight;

    private static Dictionary<string, (string A, string B)> StoredLayers(
        SafetensorsFile weights, WeightNames names, int rank)
    {
        var stored = new Dictionary<string, (string A, string B)>();
        foreach (string name in weights.Entries.Keys)
        {
            Match match = TensorName().Match(name);
            string layer = match.Success
                ? ExpertNames.Own(names.Own(match.Groups["layer"].Value))
                : throw new BadInputException(
                    $"The tensor '{name}' of {weights.Path} is none of a LoRA adapter; names should have the form "
                    + $"{Prefix}LAYER.lora_A.weight.");
            (string A, string B) found = stored.GetValueOrDefault(layer);
            bool isA = match.Groups["matrix"].Value == "A";
            if ((isA ? found.A : found.B) is string other)
            {
                throw new BadInputException($"The tensors '{name}' and '{other}' of {weights.Path} are of one layer.");
            }
            stored[layer] = isA ? (name, found.B) : (found.A, name);
        }
        foreach ((string layer, (string? a, string? b)) in stored)
        {
            if (a is null || b is null)
            {
                throw new BadInputException(
                    $"The adapter {weights.Path} has only one of the two matrices of '{layer}'; it should have "
                    + "lora_A.weight and lora_B.weight.");
            }
            long[] shape = weights.Entries[a].Shape;
            // Of experts there are r rows for each, whose number the model knows.
            if (shape is not [long rows, _] || (MixtureOfExperts.IsMatrix(layer) ? rows % rank != 0 : rows != rank))
            {
                throw new BadInputException(
                    $"The tensor '{a}' of {weights.Path} has the shape [{string.Join(", ", shape)}], but r in its "
                    + $"{ConfigFile} is {rank}.");
            }
        }
        return stored;
    }

    [GeneratedRegex(@"^base_model\.model\.(?<layer>.+)\.lora_(?<matrix>[AB])\.weight\z", RegexOptions.CultureInvariant)]
    private static partial Regex TensorName();
}
