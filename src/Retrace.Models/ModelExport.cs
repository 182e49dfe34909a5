using Retrace.Models.Adapters;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models;

/// <summary>
/// Makes a whole model in the hub's layout of a model folder, or of an adapter and the model that it names.
/// </summary>
public static class ModelExport
{
    private const string ConfigFile = "config.json";

    /// <summary>
    /// Writes the folder under a temporary name and renames it, so that it is whole as soon as it is there. An adapter
    /// is merged in fp32, W + (α/r)·BA; one tensor at a time is in memory.
    /// </summary>
    /// <param name="source">A model folder, or one with an adapter in PEFT's layout.</param>
    /// <param name="output">A folder that does not exist yet.</param>
    /// <param name="storeAs">The type of the weights; if not given, that of the model's files.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in one file.</param>
    /// <exception cref="BadInputException">
    /// The output is there already, a file is missing, broken or not as its checksum says, or the adapter is that of
    /// another model.
    /// </exception>
    public static void Write(string source, string output, ScalarType? storeAs, long maxShardBytes)
    {
        output = Path.TrimEndingDirectorySeparator(output);
        if (Path.Exists(output))
        {
            throw new BadInputException($"{output} exists already; name a folder that does not.");
        }
        Checksums.CheckModel(source);
        bool isAdapter = AdapterFolder.IsAt(source);
        string model = isAdapter ? AdapterFolder.BaseModelOf(source) : source;
        ModelConfig config = ModelFamilies.LoadConfig(model);
        WeightNames names = config.Family.WeightNames;
        using AdapterFolder? adapter = isAdapter ? AdapterFolder.Open(source, names) : null;
        using Checkpoint checkpoint = Checkpoint.Open(model);
        adapter?.CheckLayers(checkpoint.Names.Select(names.Own), model);
        using var network = new VisionLanguageNetwork(config, ScalarType.Float32, META); // Shapes without memory.
        var layout = new ExpertLayout(
            network.Parameters, checkpoint, name => checkpoint.Names.Contains(name) ? name : names.Alternative(name));
        StoredTensor[] tensors =
        [
            .. checkpoint.Names.Select(name => new StoredTensor(
                names.Own(name),
                checkpoint.Shape(name),
                StoredTensor.TypeOf(checkpoint.ElementType(name), storeAs),
                () => Values(checkpoint, name, names.Own(name), adapter, layout))),
        ];
        string unfinished = output + ".unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true); // Of an export that was killed.
        }
        try
        {
            CheckpointWriter.Write(unfinished, tensors, maxShardBytes);
            CopyFiles(model, unfinished, tensors);
            Directory.Move(unfinished, output);
        }
        catch (Exception error)
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{output} cannot be written: {error.Message}", error);
            }
            throw;
        }
    }

    private static Tensor Values(
        Checkpoint checkpoint, string name, string ownName, AdapterFolder? adapter, ExpertLayout layout)
    {
        ScalarType stored = checkpoint.ElementType(name);
        bool merges = adapter is not null && SafetensorsElementType.IsFloatingPoint(stored);
        Tensor values = empty(checkpoint.Shape(name), merges ? ScalarType.Float32 : stored, CPU);
        checkpoint.CopyTo(name, values);
        if (merges)
        {
            adapter!.MergeInto(ownName, values, layout);
        }
        return values;
    }

    private static void CopyFiles(string model, string target, StoredTensor[] tensors)
    {
        foreach (string name in VisionLanguageModel.CarriedFiles)
        {
            string path = Path.Combine(model, name);
            if (File.Exists(path) && name != ConfigFile)
            {
                File.Copy(path, Path.Combine(target, name));
            }
        }
        string config = Path.Combine(model, ConfigFile);
        File.WriteAllBytes(
            Path.Combine(target, ConfigFile),
            ConfigElementType.Name(File.ReadAllBytes(config), tensors.Select(tensor => tensor.Type), config));
    }
}
