using System.Text.Json.Nodes;
using CsCheck;
using Retrace.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private const string Index = "model.safetensors.index.json";

    [Fact]
    public void Shards_keep_to_their_size() => Gen.Select(Gen.Int[0, 30].Array[1, 8], Gen.Int[1, 100]).Sample(
        (sizes, maxShardBytes) =>
        {
            using DisposeScope scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            (string Name, Tensor Tensor)[] tensors =
                [.. sizes.Select((size, i) => ($"t{i}", arange(100 * i, 100 * i + size, ScalarType.Float32)))];
            CheckpointWriter.Write(folder.Path, tensors, maxShardBytes);

            string[] files = Directory.GetFiles(folder.Path, "*.safetensors");
            Assert.Equal(files.Length > 1, File.Exists(folder.Combine(Index)));
            foreach (string path in files)
            {
                using SafetensorsFile shard = SafetensorsFile.Open(path);
                Assert.True(
                    shard.Entries.Count == 1 || shard.Entries.Values.Sum(entry => entry.ByteCount) <= maxShardBytes);
            }
            using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
            Assert.Equal(tensors.Select(pair => pair.Name).Order(), checkpoint.Names.Order());
            foreach ((string name, Tensor tensor) in tensors)
            {
                Assert.Equal(tensor.shape, checkpoint.Shape(name));
                Tensor read = zeros_like(tensor);
                checkpoint.CopyTo(name, read);
                Assert.Equal(tensor.data<float>().ToArray(), read.data<float>().ToArray());
            }
        },
        iter: 40,
        threads: 1);

    [Fact]
    public void The_index_is_that_of_the_hub()
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder);
        JsonNode index = JsonNode.Parse(File.ReadAllText(folder.Combine(Index)))!;
        Assert.Equal(24, index["metadata"]!["total_size"]!.GetValue<long>());
        Assert.Equal("model-00001-of-00002.safetensors", index["weight_map"]!["a"]!.GetValue<string>());
        Assert.Equal("model-00002-of-00002.safetensors", index["weight_map"]!["b"]!.GetValue<string>());
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.DoesNotContain("unfinished", file));
    }

    [Fact]
    public void Every_file_says_which_frameworks_layout_it_has()
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder);
        Assert.All(
            Directory.GetFiles(folder.Path, "*.safetensors"),
            file => Assert.Contains("""{"__metadata__":{"format":"pt"},""", File.ReadAllText(file)));
    }

    [Fact]
    public void Writing_anew_replaces_what_the_folder_held()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteShards(folder);
        CheckpointWriter.Write(folder.Path, [("c", ones(1))]);
        AssertHolds(folder, "c");
        WriteShards(folder);
        AssertHolds(folder, "a", "b");
    }

    [Fact]
    public void Floating_point_is_stored_as_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        CheckpointWriter.Write(
            folder.Path, [("a", ones(2)), ("n", ones(2, ScalarType.Int64))], storeAs: ScalarType.BFloat16);
        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
        Assert.Equal(ScalarType.BFloat16, checkpoint.ElementType("a"));
        Assert.Equal(ScalarType.Int64, checkpoint.ElementType("n"));
    }

    [Theory]
    [InlineData("../model-00001-of-00002.safetensors")]
    [InlineData("/etc/x.safetensors")]
    [InlineData("..\\\\x.safetensors")]
    [InlineData("C:x.safetensors")]
    [InlineData("sub/x.safetensors")]
    [InlineData("x.bin")]
    [InlineData("")]
    [InlineData("a\\u0000.safetensors")]
    public void An_index_that_leads_elsewhere_is_refused(string shard)
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder);
        folder.Write(Index, """{"weight_map": {"a": "SHARD"}}""".Replace("SHARD", shard, StringComparison.Ordinal));
        string message = Complaint.Of(() => Checkpoint.Open(folder.Path));
        Assert.Contains(Index, message);
        Assert.Contains("no name of a .safetensors file in the same folder", message);
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "gone.safetensors"}}""", "gone.safetensors")]
    [InlineData("""{"weight_map": {"z": "model-00001-of-00002.safetensors"}}""", "'z', but it does not")]
    [InlineData("""{"weight_map": {"a": "model-00001-of-00002.safetensors", "a": "x.safetensors"}}""", "'a' twice")]
    [InlineData("""{"weight_map": {"a": 1}}""", "1 for \"weight_map.a\" instead of a string")]
    [InlineData("""{"weight_map": []}""", "a list for \"weight_map\" instead of an object")]
    [InlineData("""{}""", "no \"weight_map\"")]
    [InlineData("""[]""", "a list instead of an object")]
    [InlineData("""{"weight_map": """, "no valid JSON: line 1, byte 16")]
    [InlineData("", "no valid JSON")]
    [InlineData("""{"weight_map": {"a": "\udc00"}}""", "no valid Unicode")]
    public void A_broken_index_is_refused(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteShards(folder);
        folder.Write(Index, json);
        Assert.Contains(expected, Complaint.Of(() => Checkpoint.Open(folder.Path)));
    }

    [Fact]
    public void A_tensor_that_is_not_there_is_named_with_the_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Write(Index, """{"weight_map": {}}""");
        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
        Assert.Contains($"{folder.Path} has no tensor 'a'", Complaint.Of(() => checkpoint.Shape("a")));
    }

    [Fact]
    public void A_folder_without_weights_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder.Path, Complaint.Of(() => Checkpoint.Open(folder.Path)));
    }

    private static void AssertHolds(TemporaryFolder folder, params string[] names)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder.Path);
        Assert.Equal(names, checkpoint.Names.Order());
    }

    private static void WriteShards(TemporaryFolder folder)
    {
        using DisposeScope scope = NewDisposeScope();
        CheckpointWriter.Write(folder.Path, [("a", ones(2)), ("b", ones(4))], maxShardBytes: 16);
    }
}
