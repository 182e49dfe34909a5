using System.Text.Json.Nodes;
using Retrace.Models.Json;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Writes a model's weights into a folder in the hub's layout.</summary>
public static class CheckpointWriter
{
    /// <summary>The default size of a shard in bytes: the limit of older tools.</summary>
    public const long LargestShard = 5_000_000_000;

    // transformers refuses a safetensors file that does not say which framework's layout its tensors have.
    internal static readonly IReadOnlyDictionary<string, string> Metadata =
        new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>
    /// Writes one <c>model.safetensors</c>, or where that would be larger than a shard may be,
    /// <c>model-00001-of-0000N.safetensors</c> and so on with their index.
    /// </summary>
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="tensors">Names, each once, and tensors of any device.</param>
    /// <param name="maxShardBytes">
    /// The most bytes of tensors in one file; a larger tensor has a file for itself.
    /// </param>
    /// <param name="storeAs">The type to store floating-point tensors in; their own if not given.</param>
    public static void Write(
        string directory,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        long maxShardBytes = LargestShard,
        ScalarType? storeAs = null) =>
        Write(
            directory, [.. tensors.Select(pair => StoredTensor.Of(pair.Name, pair.Tensor, storeAs))], maxShardBytes);

    /// <summary>Writes tensors that need not be in memory before their turn.</summary>
    public static void Write(
        string directory, IReadOnlyList<StoredTensor> tensors, long maxShardBytes = LargestShard)
    {
        Directory.CreateDirectory(directory);
        List<List<StoredTensor>> shards = Split(tensors, maxShardBytes);
        string single = Path.Combine(directory, Checkpoint.SingleFile);
        string index = Path.Combine(directory, Checkpoint.IndexFile);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(single, shards[0], Metadata);
            File.Delete(index);
            return;
        }
        var weightMap = new JsonObject();
        for (int i = 0; i < shards.Count; i++)
        {
            string shard = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(directory, shard), shards[i], Metadata);
            foreach (StoredTensor tensor in shards[i])
            {
                weightMap.Add(tensor.Name, shard);
            }
        }
        var document = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(tensor => tensor.ByteCount) },
            ["weight_map"] = weightMap,
        };
        string unfinished = index + ".unfinished";
        File.WriteAllText(unfinished, IndentedJson.Of(document));
        File.Move(unfinished, index, overwrite: true);
        File.Delete(single);
    }

    private static List<List<StoredTensor>> Split(IReadOnlyList<StoredTensor> tensors, long maxShardBytes)
    {
        var shards = new List<List<StoredTensor>> { new() };
        long shardBytes = 0;
        foreach (StoredTensor tensor in tensors)
        {
            if (shards[^1].Count > 0 && shardBytes + tensor.ByteCount > maxShardBytes)
            {
                shards.Add([]);
                shardBytes = 0;
            }
            shards[^1].Add(tensor);
            shardBytes += tensor.ByteCount;
        }
        return shards;
    }
}
