using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using Retrace.Testing;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests;

public sealed class ModelExportTests : IDisposable
{
    private const long LargeShard = 1_000_000_000;

    private readonly TemporaryFolder _base = new();
    private readonly TemporaryFolder _work = new();

    public ModelExportTests()
    {
        WriteModel(_base);
        _base.Write("generation_config.json", "{}");
        _base.Write("LICENSE", "a licence");
    }

    public void Dispose()
    {
        _work.Dispose();
        _base.Dispose();
    }

    [Fact]
    public void A_merged_model_gives_the_logits_of_the_model_with_its_adapter()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter();
        string output = _work.Combine("merged");
        ModelExport.Write(_work.Combine("adapter"), output, storeAs: null, maxShardBytes: 30_000);

        using VisionLanguageModel merged = VisionLanguageModel.Load(output, ScalarType.Float32, CPU);
        Assert.Null(merged.Network.Adapter);
        float[] actual = Logits(merged);
        Close.Relative(expected, actual, 1e-5);
        using (VisionLanguageModel unadapted = Load(_base))
        {
            Assert.True(expected.Zip(Logits(unadapted), (a, b) => Math.Abs(a - b)).Max() > 0.01);
        }

        JsonNode index = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "model.safetensors.index.json")))!;
        Assert.Equal(
            merged.Network.Parameters.Names.Order(),
            index["weight_map"]!.AsObject().Select(pair => pair.Key).Order());
        Assert.True(Directory.GetFiles(output, "model-*-of-*.safetensors").Length > 2);
        foreach (string file in (string[])
            [
                "config.json", "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
                "preprocessor_config.json", "generation_config.json", "LICENSE",
            ])
        {
            Assert.Equal(File.ReadAllBytes(_base.Combine(file)), File.ReadAllBytes(Path.Combine(output, file)));
        }
        Assert.DoesNotContain(Directory.GetFiles(output), file => file.Contains("adapter"));
        Assert.Equal(["adapter", "merged"], Directory.GetDirectories(_work.Path).Select(Path.GetFileName).Order());
    }

    // Σ over the rank, one number at a time.
    [Fact]
    public void A_merged_weight_is_the_weight_and_alpha_over_rank_times_BA()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter();
        ModelExport.Write(_work.Combine("adapter"), _work.Combine("merged"), storeAs: null, LargeShard);
        const string Layer = "model.layers.1.mlp.down_proj";
        using Checkpoint before = Checkpoint.Open(_base.Path);
        using Checkpoint after = Checkpoint.Open(_work.Combine("merged"));
        using SafetensorsFile adapter = SafetensorsFile.Open(_work.Combine("adapter/adapter_model.safetensors"));
        Tensor a = adapter.Load($"base_model.model.{Layer}.lora_A.weight");
        Tensor b = adapter.Load($"base_model.model.{Layer}.lora_B.weight");
        Tensor weight = Read(before, $"{Layer}.weight");
        Tensor merged = Read(after, $"{Layer}.weight");
        foreach ((int row, int column) in (ReadOnlySpan<(int, int)>)[(0, 0), (31, 47), (7, 12)])
        {
            double product = Enumerable.Range(0, 2).Sum(i => At(b, row, i) * At(a, i, column));
            Assert.Equal(At(weight, row, column) + (8 / 2.0 * product), At(merged, row, column), 1e-5);
        }
        Assert.Equal(
            Read(before, "model.norm.weight").bytes.ToArray(), Read(after, "model.norm.weight").bytes.ToArray());

        static double At(Tensor matrix, int row, int column) => matrix[row, column].item<float>();

        static Tensor Read(Checkpoint checkpoint, string name)
        {
            Tensor tensor = empty(checkpoint.Shape(name));
            checkpoint.CopyTo(name, tensor);
            return tensor;
        }
    }

    [Fact]
    public void A_whole_model_is_written_in_the_type_asked_for_and_with_older_names()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected;
        using (VisionLanguageModel model = Load(_base))
        {
            expected = Logits(model);
            CheckpointWriter.Write(_base.Path, model.Network.Parameters.Names.Select(name => (
                name.Replace("model.layers", "model.language_model.layers").Replace("visual.", "model.visual."),
                model.Network.Parameters[name])));
        }
        ModelExport.Write(_base.Path, _work.Combine("same"), storeAs: null, LargeShard);
        ModelExport.Write(_base.Path, _work.Combine("half"), ScalarType.BFloat16, LargeShard);

        using VisionLanguageModel same = VisionLanguageModel.Load(_work.Combine("same"), ScalarType.Float32, CPU);
        Assert.Equal(expected, Logits(same));
        using Checkpoint half = Checkpoint.Open(_work.Combine("half"));
        Assert.Equal(same.Network.Parameters.Names.Order(), half.Names.Order());
        Assert.All(half.Names, name => Assert.Equal(ScalarType.BFloat16, half.ElementType(name)));
        JsonNode config = JsonNode.Parse(File.ReadAllText(_work.Combine("half/config.json")))!;
        Assert.Equal("bfloat16", (string?)config["torch_dtype"]);
        Assert.Equal(32, (int)config["hidden_size"]!);
    }

    [Fact]
    public void Nothing_is_overwritten_and_a_failure_leaves_nothing_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter();
        Directory.CreateDirectory(_work.Combine("there"));
        Assert.Contains("exists already", Complaint.Of(() => Export("there/")));
        File.Delete(_base.Combine("config.json"));
        Assert.Contains("config.json", Complaint.Of(() => Export("new")));
        Assert.Equal(["adapter", "there"], Directory.GetDirectories(_work.Path).Select(Path.GetFileName).Order());

        void Export(string output) =>
            ModelExport.Write(_work.Combine("adapter"), _work.Combine(output), storeAs: null, LargeShard);
    }

    [Fact]
    public void The_adapter_of_another_model_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter();
        string path = _work.Combine("adapter/adapter_model.safetensors");
        (string Name, Tensor Tensor)[] tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            tensors = [.. file.Entries.Keys.Select(name => (name, file.Load(name)))];
        }
        SafetensorsWriter.Write(path, tensors.Select(pair => (pair.Name.Replace("layers.2", "layers.7"), pair.Tensor)));
        Assert.Contains("'model.layers.7.", Complaint.Of(Export));
        SafetensorsWriter.Write(path, tensors.Select(pair =>
            (pair.Name, pair.Name.Contains("lora_A") ? zeros(2, 5) : pair.Tensor)));
        Assert.Contains("and [2, 5] for", Complaint.Of(Export));
        Assert.Equal(["adapter"], Directory.GetDirectories(_work.Path).Select(Path.GetFileName));

        void Export() => ModelExport.Write(_work.Combine("adapter"), _work.Combine("new"), storeAs: null, LargeShard);
    }

    // An adapter of all layers that changes the model; the logits with it.
    private float[] WriteAdapter()
    {
        using VisionLanguageModel unadapted = Load(_base);
        using VisionLanguageModel adapted =
            unadapted.WithAdapter(new LoraSettings(2, 8, LoraSettings.DecoderLayers), seed: 4);
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        foreach (string layer in adapted.Network.Adapter!.Layers)
        {
            Tensor b = adapted.Network.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(randn(b.shape, generator: generator) * 0.1);
        }
        adapted.Save(_work.Combine("adapter"));
        return Logits(adapted);
    }
}
