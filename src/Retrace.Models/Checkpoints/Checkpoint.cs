using Retrace.Models.Json;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// The weights of a model folder in the hub's layout: one <c>model.safetensors</c>, or shards with
/// <c>model.safetensors.index.json</c> saying which shard holds which tensor.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    internal const string SingleFile = "model.safetensors";
    internal const string IndexFile = "model.safetensors.index.json";

    private readonly string _directory;
    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly IReadOnlyList<SafetensorsFile> _files;

    private Checkpoint(
        string directory, Dictionary<string, SafetensorsFile> fileOf, IReadOnlyList<SafetensorsFile> files)
    {
        _directory = directory;
        _fileOf = fileOf;
        _files = files;
    }

    /// <summary>The names of all tensors in the checkpoint.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Whether a folder holds weights in this layout.</summary>
    public static bool IsAt(string directory) =>
        File.Exists(Path.Combine(directory, SingleFile)) || File.Exists(Path.Combine(directory, IndexFile));

    /// <exception cref="BadInputException">
    /// The folder holds no weights, the index is broken or names a file outside the folder, or a file is broken.
    /// </exception>
    public static Checkpoint Open(string directory)
    {
        string single = Path.Combine(directory, SingleFile);
        if (File.Exists(single))
        {
            var file = SafetensorsFile.Open(single);
            return new Checkpoint(directory, file.Entries.Keys.ToDictionary(name => name, _ => file), [file]);
        }
        string index = Path.Combine(directory, IndexFile);
        if (!File.Exists(index))
        {
            throw new BadInputException(PickleIn(directory) is string pickle
                ? $"The model folder {directory} holds {pickle}, a pickle, which can run code when it is read and so is not; "
                    + $"it should hold {SingleFile} or {IndexFile}."
                : $"The model folder {directory} holds no weights; it should hold {SingleFile} or {IndexFile}.");
        }
        return OpenShards(directory, index, ReadIndex(index));
    }

    /// <summary>The sizes of a stored tensor's dimensions.</summary>
    /// <exception cref="BadInputException">There is no such tensor.</exception>
    public long[] Shape(string name) => FileOf(name).Entries[name].Shape;

    /// <summary>The type in which a tensor is stored.</summary>
    /// <exception cref="BadInputException">There is no such tensor.</exception>
    public ScalarType ElementType(string name) => FileOf(name).Entries[name].ElementType;

    /// <inheritdoc cref="SafetensorsFile.CopyTo(string, Tensor)"/>
    public void CopyTo(string name, Tensor destination) => FileOf(name).CopyTo(name, destination);

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
        {
            file.Dispose();
        }
    }

    private static Checkpoint OpenShards(string directory, string index, Dictionary<string, string> shardOf)
    {
        var files = new Dictionary<string, SafetensorsFile>();
        try
        {
            var fileOf = new Dictionary<string, SafetensorsFile>();
            foreach ((string name, string shard) in shardOf)
            {
                if (!files.TryGetValue(shard, out SafetensorsFile? file))
                {
                    file = SafetensorsFile.Open(Path.Combine(directory, shard));
                    files.Add(shard, file);
                }
                if (!file.Entries.ContainsKey(name))
                {
                    throw new BadInputException($"{index} says that {shard} holds the tensor '{name}', but it does not.");
                }
                fileOf.Add(name, file);
            }
            return new Checkpoint(directory, fileOf, [.. files.Values]);
        }
        catch
        {
            foreach (SafetensorsFile file in files.Values)
            {
                file.Dispose();
            }
            throw;
        }
    }

    private static Dictionary<string, string> ReadIndex(string index) => JsonPart.Read(index, root =>
    {
        var shardOf = new Dictionary<string, string>();
        foreach ((string name, JsonPart file) in root["weight_map"].Members())
        {
            string shard = file.Text();
            if (!IsPlainFileName(shard))
            {
                throw new BadInputException(
                    $"The index {index} says that the tensor '{name}' is in '{shard}', which is no name of a "
                    + ".safetensors file in the same folder.");
            }
            if (!shardOf.TryAdd(name, shard))
            {
                throw new BadInputException($"The index {index} names the tensor '{name}' twice.");
            }
        }
        return shardOf;
    });

    // What torch.save writes, by the names in use.
    private static string? PickleIn(string directory) => Directory.EnumerateFiles(directory)
        .Select(file => Path.GetFileName(file))
        .FirstOrDefault(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl");

    // A name with a separator could lead out of the folder, on this system or on another.
    private static bool IsPlainFileName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name.IndexOfAny(['/', '\\', ':', '\0']) < 0;

    private SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new BadInputException($"The model in {_directory} has no tensor '{name}'.");
}
