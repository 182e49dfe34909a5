using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>Writes a model's weights into a folder in the hub's layout.</summary>
public static class CheckpointWriter
{
    // transformers refuses a safetensors file that does not say which framework's layout its tensors have.
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>
    /// Writes one <c>model.safetensors</c>, or where that would be larger than a shard may be,
    /// <c>model-00001-of-0000N.safetensors</c> and so on with their index.
    /// </summary>
    /// <param name="directory">Made if it is not there.</param>
    /// <param name="tensors">Names, each once, and tensors of any device.</param>
    /// <param name="maxShardBytes">The most bytes of tensors in one file; a larger tensor has a file for itself.</param>
    /// <param name="storeAs">The type to store floating-point tensors in; their own if not given.</param>
    public static void Write(
        string directory,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        long maxShardBytes = 5_000_000_000,
        ScalarType? storeAs = null)
    {
        Directory.CreateDirectory(directory);
        List<List<(string Name, Tensor Tensor)>> shards = Split(tensors, maxShardBytes, storeAs, out long totalBytes);
        string single = Path.Combine(directory, Checkpoint.SingleFile);
        string index = Path.Combine(directory, Checkpoint.IndexFile);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(single, shards[0], Metadata, storeAs);
            File.Delete(index);
            return;
        }
        var weightMap = new JsonObject();
        for (int i = 0; i < shards.Count; i++)
        {
            string shard = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(directory, shard), shards[i], Metadata, storeAs);
            foreach ((string name, _) in shards[i])
            {
                weightMap.Add(name, shard);
            }
        }
        var document = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = totalBytes },
            ["weight_map"] = weightMap,
        };
        string unfinished = index + ".unfinished";
        File.WriteAllText(unfinished, document.ToJsonString(new() { WriteIndented = true }) + "\n");
        File.Move(unfinished, index, overwrite: true);
        File.Delete(single);
    }

    private static List<List<(string Name, Tensor Tensor)>> Split(
        IEnumerable<(string Name, Tensor Tensor)> tensors, long maxShardBytes, ScalarType? storeAs, out long totalBytes)
    {
        var shards = new List<List<(string Name, Tensor Tensor)>> { new() };
        totalBytes = 0;
        long shardBytes = 0;
        foreach ((string Name, Tensor Tensor) pair in tensors)
        {
            ScalarType type = SafetensorsWriter.StoredType(pair.Tensor, storeAs);
            long bytes = pair.Tensor.numel() * SafetensorsElementType.BytesOf(type);
            if (shards[^1].Count > 0 && shardBytes + bytes > maxShardBytes)
            {
                shards.Add([]);
                shardBytes = 0;
            }
            shards[^1].Add(pair);
            shardBytes += bytes;
            totalBytes += bytes;
        }
        return shards;
    }
}
