using System.Buffers.Binary;
using System.Text;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests;

/// <summary>The files of a model folder that somebody else has made.</summary>
public sealed class ModelFolderFuzzTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const string Shard = "model-00001-of-00001.safetensors";

    private readonly TemporaryFolder _folder = new();

    public ModelFolderFuzzTests() => UntrainedModel.Write(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Safetensors()
    {
        byte[] seed = SmallWeights();
        Fuzzer.Run("safetensors", 400, random => random.Next(2) == 0 ? ByteMutation.Of(seed, random) : Header(seed, random), bytes =>
        {
            using DisposeScope scope = NewDisposeScope();
            using SafetensorsFile file = SafetensorsFile.Open(_folder.Write("fuzzed.safetensors", bytes));
            foreach (string name in file.Entries.Keys)
            {
                file.Load(name);
            }
        });
    }

    [Fact]
    public void The_index_of_shards()
    {
        File.Move(_folder.Combine(Weights), _folder.Combine(Shard));
        string seed;
        using (SafetensorsFile shard = SafetensorsFile.Open(_folder.Combine(Shard)))
        {
            IEnumerable<string> entries = shard.Entries.Keys.Take(20).Select(name => $"\"{name}\":\"{Shard}\"");
            seed = $"{{\"metadata\":{{\"total_size\":1}},\"weight_map\":{{{string.Join(',', entries)}}}}}";
        }
        Fuzzer.Run("index", 300, random => JsonMutation.Of(seed, random), bytes =>
        {
            _folder.Write(Index, bytes);
            using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
            Assert.All(checkpoint.Names, name => checkpoint.Shape(name));
        });
    }

    [Fact]
    public void The_configuration() => FuzzJson("config.json", 150, () =>
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
    });

    [Fact]
    public void The_generation_settings() => FuzzJson("generation_config.json", 150, () =>
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
    });

    [Fact]
    public void The_image_processor() => FuzzJson("preprocessor_config.json", 400, () =>
    {
        var processor = new ImageProcessor(ModelFamilies.Default.LoadImages(_folder.Path));
        processor.GridOf(64, 64);
    });

    [Fact]
    public void The_image_processor_in_its_newer_file()
    {
        string seed = $$"""{"image_processor":{{File.ReadAllText(_folder.Combine("preprocessor_config.json"))}},"processor_class":"x"}""";
        File.Delete(_folder.Combine("preprocessor_config.json"));
        Fuzzer.Run("joint processor", 200, random => JsonMutation.Of(seed, random), bytes =>
        {
            _folder.Write("processor_config.json", bytes);
            new ImageProcessor(ModelFamilies.Default.LoadImages(_folder.Path)).GridOf(64, 64);
        });
    }

    [Fact]
    public void The_tokenizer() => FuzzJson("tokenizer.json", 150, UseTokenizer);

    [Fact]
    public void The_tokenizer_in_parts()
    {
        File.Delete(_folder.Combine("tokenizer.json"));
        FuzzJson("tokenizer_config.json", 100, UseTokenizer);
        FuzzJson("vocab.json", 60, UseTokenizer);
        byte[] merges = File.ReadAllBytes(_folder.Combine("merges.txt"));
        Fuzzer.Run("merges", 60, random => ByteMutation.Of(merges, random), bytes =>
        {
            _folder.Write("merges.txt", bytes);
            UseTokenizer();
        });
    }

    [Fact]
    public void The_adapter()
    {
        using TemporaryFolder adapter = new();
        using (VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU))
        using (VisionLanguageModel adapted = model.WithAdapter(new LoraSettings(2, 4, ["q_proj"], 0, false), seed: 0))
        {
            adapted.Save(adapter.Path);
        }
        string config = File.ReadAllText(adapter.Combine("adapter_config.json"));
        Fuzzer.Run("adapter", 100, random => JsonMutation.Of(config, random), bytes =>
        {
            adapter.Write("adapter_config.json", bytes);
            using VisionLanguageModel model = VisionLanguageModel.Load(adapter.Path, ScalarType.Float32, CPU);
        });
    }

    private void FuzzJson(string file, int cases, Action use)
    {
        string seed = File.ReadAllText(_folder.Combine(file));
        Fuzzer.Run(file, cases, random => JsonMutation.Of(seed, random), bytes =>
        {
            _folder.Write(file, bytes);
            use();
        });
        _folder.Write(file, seed);
    }

    private void UseTokenizer()
    {
        Tokenizer tokenizer = ModelFamilies.Default.LoadTokenizer(_folder.Path);
        tokenizer.Decode(tokenizer.Encode("<|im_start|>user\nWhat is 12 + 30?<|im_end|>\n"));
    }

    private byte[] SmallWeights()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        CheckpointWriter.Write(folder.Path, [("a.weight", arange(12, ScalarType.Float32).view(3, 4)), ("b", zeros(5))]);
        return File.ReadAllBytes(folder.Combine(Weights));
    }

    // Damaged as JSON, with a length that fits.
    private static byte[] Header(byte[] file, Random random)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = JsonMutation.Of(Encoding.UTF8.GetString(file, 8, length), random);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. file[(8 + length)..]];
    }
}
