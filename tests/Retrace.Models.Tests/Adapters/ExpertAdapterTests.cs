using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Adapters;

/// <summary>Adapters of experts, each of which has an A and a B of its own.</summary>
public sealed class ExpertAdapterTests : IDisposable
{
    private const string Family = "qwen3_vl_moe";
    private const string Config = "adapter_config.json";
    private const int Rank = 3;

    private static readonly LoraSettings Settings = new(Rank, Alpha: 6, ["q_proj", LoraSettings.Experts]);

    private readonly TemporaryFolder _folder = new();

    public ExpertAdapterTests() => WriteModel(_folder, family: Family);

    public void Dispose() => _folder.Dispose();

    // W + (α/r)·BA, number by number: row e·r + i of A and column i·E + e of B are expert e's, as in PEFT.
    [Fact]
    public void Each_expert_gets_what_its_own_factors_add_in_full_passes_and_in_decoding_steps()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(family: Family);
        using VisionLanguageNetwork adapted = Trained(model.WithAdapter(Settings, seed: 1));
        using VisionLanguageNetwork merged = model.Clone();
        using var noGrad = no_grad();
        string[] layers = [.. adapted.Adapter!.Layers.Where(layer => layer.Contains(".experts."))];
        Assert.Equal(2 * model.Config.Text.Experts!.Layers.Count, layers.Length);
        foreach (string layer in adapted.Adapter.Layers.Except(layers))
        {
            Tensor product = adapted.Parameters[$"{layer}.lora_B.weight"].matmul(
                adapted.Parameters[$"{layer}.lora_A.weight"]);
            merged.Parameters[$"{layer}.weight"].add_(product * 2);
        }
        foreach (string layer in layers)
        {
            Tensor weight = merged.Parameters[layer]; // [E, out, in]
            (int experts, int rows, int columns) = ((int)weight.shape[0], (int)weight.shape[1], (int)weight.shape[2]);
            float[] a = [.. adapted.Parameters[$"{layer}.lora_A.weight"].data<float>()];
            float[] b = [.. adapted.Parameters[$"{layer}.lora_B.weight"].data<float>()];
            float[] added = new float[experts * rows * columns];
            for (int place = 0; place < added.Length; place++)
            {
                (int expert, int row, int column) = (place / (rows * columns), place / columns % rows, place % columns);
                added[place] = 2 * Enumerable.Range(0, Rank).Sum(i =>
                    b[(row * Rank * experts) + (i * experts) + expert] * a[(((expert * Rank) + i) * columns) + column]);
            }
            weight.add_(tensor(added, weight.shape));
        }

        float[] expected = LogitsOf(merged);
        Assert.InRange(Distance(expected, LogitsOf(adapted)), 0, 1e-4);
        Assert.True(Distance(expected, LogitsOf(model)) > 0.1);
        Assert.InRange(Distance(Stepwise(merged), Stepwise(adapted)), 0, 1e-4);
    }

    [Fact]
    public void The_files_are_those_of_peft_and_are_read_again()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter();
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder.Combine($"adapter/{Config}")))!;
        Assert.Equal(["q_proj"], config["target_modules"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(
            ["experts.gate_up_proj", "experts.down_proj"],
            config["target_parameters"]!.AsArray().Select(name => (string?)name));
        using (SafetensorsFile weights = SafetensorsFile.Open(_folder.Combine("adapter/adapter_model.safetensors")))
        {
            ExpertConfig experts = ModelFamilies.LoadConfig(_folder.Path).Text.Experts!;
            const string Layer = "base_model.model.model.language_model.layers.0.mlp.experts";
            int all = Rank * experts.Count;
            Assert.Equal([all, 32], weights.Entries[$"{Layer}.base_layer.lora_A.weight"].Shape);
            Assert.Equal([2 * experts.IntermediateSize, all], weights.Entries[$"{Layer}.base_layer.lora_B.weight"].Shape);
            Assert.Equal([all, experts.IntermediateSize], weights.Entries[$"{Layer}.lora_A.weight"].Shape);
            Assert.Equal([32, all], weights.Entries[$"{Layer}.lora_B.weight"].Shape);
        }
        using VisionLanguageModel read = VisionLanguageModel.Load(_folder.Combine("adapter"), ScalarType.Float32, CPU);
        Assert.Equal(expected, Logits(read));
        Assert.True(read.Network.Adapter!.Settings.AdaptsExperts);
    }

    // hidden = 32: gate and up together are square where intermediate is 16, down where it is 32.
    [Theory]
    [InlineData(12, false)]
    [InlineData(12, true)]
    [InlineData(16, true)]
    [InlineData(32, true)]
    public void Merged_into_either_layout_of_the_files_it_gives_the_logits_of_the_adapted_model(
        int intermediate, bool transposed)
    {
        using DisposeScope scope = NewDisposeScope();
        Rewrite(intermediate, transposed);
        float[] expected = WriteAdapter();
        ModelExport.Write(_folder.Combine("adapter"), _folder.Combine("whole"), storeAs: null, maxShardBytes: 1 << 30);
        using VisionLanguageModel whole = VisionLanguageModel.Load(_folder.Combine("whole"), ScalarType.Float32, CPU);
        Assert.InRange(Distance(expected, Logits(whole)), 0, 1e-4);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageModel model = Load(_folder);
        Assert.Contains("no dropout", Complaint.Of(() => model.WithAdapter(Settings with { Dropout = 0.1 }, 0)));
        using VisionLanguageNetwork dense = SmallModel.Create(family: "qwen3_vl");
        Assert.Contains("the model has none", Complaint.Of(() => dense.WithAdapter(Settings, 0)));

        WriteAdapter();
        string path = _folder.Combine($"adapter/{Config}");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (string parameters in (string[])["""["experts.down_proj"]""", """["mlp.gate.weight"]"""])
        {
            config["target_parameters"] = JsonNode.Parse(parameters);
            File.WriteAllText(path, config.ToJsonString());
            Assert.Contains(
                "experts.gate_up_proj and experts.down_proj",
                Complaint.Of(() => VisionLanguageModel.Load(_folder.Combine("adapter"), ScalarType.Float32, CPU)));
        }
    }

    private static VisionLanguageNetwork Trained(VisionLanguageNetwork adapted)
    {
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        foreach (string layer in adapted.Adapter!.Layers)
        {
            Tensor b = adapted.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(randn(b.shape, generator: generator) * 0.3);
        }
        return adapted;
    }

    private float[] WriteAdapter()
    {
        using VisionLanguageModel unadapted = Load(_folder);
        using VisionLanguageModel adapted = unadapted.WithAdapter(Settings, seed: 4);
        Trained(adapted.Network);
        adapted.Save(_folder.Combine("adapter"));
        return Logits(adapted);
    }

    // The model with experts of another size, in either layout.
    private void Rewrite(int intermediate, bool transposed)
    {
        ModelConfig config = ModelFamilies.LoadConfig(_folder.Path);
        config = config with
        {
            Text = config.Text with { Experts = config.Text.Experts! with { IntermediateSize = intermediate } },
        };
        config.Save(_folder.Path);
        using var network = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        network.Initialise(seed: 4);
        CheckpointWriter.Write(_folder.Path, network.Parameters.Names.Select(name => (
            name,
            transposed && name.Contains(".experts.", StringComparison.Ordinal)
                ? network.Parameters[name].transpose(1, 2).contiguous()
                : network.Parameters[name])));
    }

    private static double Distance(float[] left, float[] right) =>
        left.Zip(right, (a, b) => Math.Abs(a - b)).Max() / left.Max(Math.Abs);

    private static float[] LogitsOf(VisionLanguageNetwork model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using SequenceBatch batch =
            SequenceBatch.Of(model.Config, [new([10, 14, 15, 11, 12, 13], [])], null, PaddingSide.Right, CPU);
        return [.. SmallModel.Logits(model, model.Forward(batch, null)).data<float>()];
    }

    // The logits behind a prompt and three more tokens, one by one through the cache.
    private static float[] Stepwise(VisionLanguageNetwork model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using SequenceBatch prompt =
            SequenceBatch.Of(model.Config, [new([10, 14, 15], [])], null, PaddingSide.Left, CPU);
        (ForkedCache cache, _) = model.Prefill(prompt, null, [1]);
        using Decoding decoding = model.BeginDecoding(transposes: false);
        using (cache)
        {
            Tensor hidden = zeros(0);
            for (int i = 0; i < 3; i++)
            {
                hidden = decoding.Step(tensor(new long[] { 11 + i }), tensor(new long[] { 3 + i }), cache);
            }
            return [.. SmallModel.Logits(model, hidden).data<float>()];
        }
    }
}
