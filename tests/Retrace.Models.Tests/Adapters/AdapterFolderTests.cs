using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Adapters;

public sealed class AdapterFolderTests : IDisposable
{
    private const string Config = "adapter_config.json";
    private const string Weights = "adapter_model.safetensors";

    private static readonly LoraSettings Settings = new(2, 8, ["q_proj", "up_proj"], Dropout: 0.25, Vision: false);

    private readonly TemporaryFolder _base = new();
    private readonly TemporaryFolder _adapter = new();

    public AdapterFolderTests()
    {
        WriteModel(_base);
        _base.Write("evolve.yaml", "steps: 1\n");
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _base.Dispose();
    }

    [Fact]
    public void The_files_are_those_of_peft()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter(Settings);

        JsonNode config = JsonNode.Parse(File.ReadAllText(_adapter.Combine(Config)))!;
        Assert.Equal("LORA", (string?)config["peft_type"]);
        Assert.Equal("CAUSAL_LM", (string?)config["task_type"]);
        Assert.Equal("none", (string?)config["bias"]);
        Assert.Equal(_base.Path, (string?)config["base_model_name_or_path"]);
        Assert.Equal((2, 8, 0.25), ((int)config["r"]!, (int)config["lora_alpha"]!, (double)config["lora_dropout"]!));
        Assert.Equal(["q_proj", "up_proj"], config["target_modules"]!.AsArray().Select(name => (string?)name));
        Assert.Matches((string)config["exclude_modules"]!, "visual.blocks.0.mlp.up_proj");
        Assert.Matches((string)config["exclude_modules"]!, "model.visual.blocks.0.mlp.up_proj");

        using SafetensorsFile weights = SafetensorsFile.Open(_adapter.Combine(Weights));
        string[] layers =
        [
            .. Enumerable.Range(0, 3).SelectMany(i => (string[])
                [$"model.layers.{i}.mlp.up_proj", $"model.layers.{i}.self_attn.q_proj"]),
        ];
        Assert.Equal(
            layers.SelectMany(layer => (string[])
                [$"base_model.model.{layer}.lora_A.weight", $"base_model.model.{layer}.lora_B.weight"]).Order(),
            weights.Entries.Keys.Order());
        Assert.Equal([2, 32], weights.Entries["base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"].Shape);
        Assert.Equal([48, 2], weights.Entries["base_model.model.model.layers.1.mlp.up_proj.lora_B.weight"].Shape);
        Assert.True(File.Exists(_adapter.Combine("tokenizer.json")));
        Assert.True(File.Exists(_adapter.Combine("evolve.yaml")));
        Assert.False(File.Exists(_adapter.Combine("config.json")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_adapter_loads_with_the_model_that_it_names(bool vision)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter(Settings with { Vision = vision });
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (VisionLanguageModel loaded = Load(_adapter))
        {
            Assert.Equal(expected, Logits(loaded));
            Assert.Equal((2, 8, 0.25, vision), (
                loaded.Network.Adapter!.Settings.Rank, loaded.Network.Adapter.Settings.Alpha,
                loaded.Network.Adapter.Settings.Dropout, loaded.Network.Adapter.Settings.Vision));
        }
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        using VisionLanguageModel unadapted = Load(_base);
        Assert.NotEqual(expected, Logits(unadapted));
    }

    // As PEFT writes them with transformers from 4.52 on; there target_modules may also be a pattern.
    [Fact]
    public void Newer_names_of_the_layers_are_found()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter(Settings with { Vision = true });
        Rewrite(name => name
            .Replace("model.model.layers", "model.model.language_model.layers")
            .Replace("base_model.model.visual", "base_model.model.model.visual"));
        Set("target_modules", ".*language_model.*");
        using VisionLanguageModel loaded = Load(_adapter);
        Assert.Equal(expected, Logits(loaded));
    }

    // A run that is resumed is told where the model is.
    [Fact]
    public void An_adapter_is_read_without_the_model_that_it_names()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter(Settings);
        Set("base_model_name_or_path", "moved");
        using VisionLanguageModel unadapted = Load(_base);
        using VisionLanguageModel adapted = unadapted.WithAdapter(Settings, seed: 0);
        adapted.LoadAdapter(_adapter.Path);
        Assert.Equal(expected, Logits(adapted));
    }

    [Fact]
    public void The_adapter_of_other_layers_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter(Settings);
        using VisionLanguageModel unadapted = Load(_base);
        using VisionLanguageModel more = unadapted.WithAdapter(Settings with { Targets = ["q_proj", "k_proj"] }, 0);
        Assert.Contains("'model.layers.0.mlp.up_proj'", Complaint.Of(() => more.LoadAdapter(_adapter.Path)));
        using VisionLanguageModel wider = unadapted.WithAdapter(Settings with { Rank = 4 }, 0);
        Assert.Contains("the model needs [4, 32]", Complaint.Of(() => wider.LoadAdapter(_adapter.Path)));

        Rewrite(name => name.Replace("layers.2.self_attn.q_proj", "layers.9.self_attn.q_proj"));
        Assert.Contains("'model.layers.9.self_attn.q_proj'", Complaint.Of(() => Load(_adapter)));
        Rewrite(name => name, leaveOut: "layers.9");
        Assert.Contains("no tensors for 'model.layers.2.self_attn.q_proj'", Complaint.Of(() => Load(_adapter)));
        Rewrite(name => name, leaveOut: "layers.0.self_attn.q_proj.lora_B");
        Assert.Contains("only one of the two matrices", Complaint.Of(() => Load(_adapter)));
        Rewrite(name => name.Replace("base_model.model.", ""));
        Assert.Contains("none of a LoRA adapter", Complaint.Of(() => Load(_adapter)));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "\"LORA\"")]
    [InlineData("bias", "\"all\"", "\"none\"")]
    [InlineData("use_dora", "true", "plain LoRA")]
    [InlineData("use_rslora", "true", "plain LoRA")]
    [InlineData("rank_pattern", "{\"q_proj\": 4}", "plain LoRA")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "plain LoRA")]
    [InlineData("alora_invocation_tokens", "[1, 2]", "plain LoRA")]
    [InlineData("init_lora_weights", "\"pissa_niter_4\"", "leaves the model's weights alone")]
    [InlineData("r", "0", "a rank of at least 1")]
    [InlineData("r", "3", "but r in its adapter_config.json is 3")]
    [InlineData("lora_dropout", "1", "a probability below 1")]
    [InlineData("base_model_name_or_path", "\"nowhere\"", "belongs to a model in nowhere, where there is none")]
    public void What_is_not_plain_LoRA_of_a_model_that_is_there_is_refused(string key, string value, string expected)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter(Settings);
        Set(key, JsonNode.Parse(value));
        string message = Complaint.Of(() => Load(_adapter));
        Assert.Contains(_adapter.Path, message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Empty_variants_as_peft_writes_them_are_read()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] expected = WriteAdapter(Settings);
        Set("rank_pattern", new JsonObject());
        Set("alpha_pattern", new JsonObject());
        Set("lora_bias", false);
        Set("layer_replication", null);
        using VisionLanguageModel loaded = Load(_adapter);
        Assert.Equal(expected, Logits(loaded));
    }

    [Fact]
    public void No_damage_to_the_configuration_brings_anything_but_a_complaint()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteAdapter(Settings);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_adapter.Combine(Config)))!;
        int complaints = 0;
        foreach (string damaged in JsonTree.Damaged(config))
        {
            _adapter.Write(Config, damaged);
            complaints += Complaint.IsAllThatCanComeOf(() => Load(_adapter).Dispose()) ? 1 : 0;
        }
        Assert.True(complaints > 40);
    }

    // An adapter that changes the model, written; the logits with it.
    private float[] WriteAdapter(LoraSettings settings)
    {
        using VisionLanguageModel unadapted = Load(_base);
        using VisionLanguageModel adapted = unadapted.WithAdapter(settings, seed: 4);
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        foreach (string layer in adapted.Network.Adapter!.Layers)
        {
            Tensor b = adapted.Network.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(randn(b.shape, generator: generator));
        }
        adapted.Save(_adapter.Path);
        return Logits(adapted);
    }

    private void Set(string key, JsonNode? value)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(_adapter.Combine(Config)))!;
        config[key] = value;
        _adapter.Write(Config, config.ToJsonString());
    }

    private void Rewrite(Func<string, string> rename, string leaveOut = "nothing")
    {
        (string, Tensor)[] tensors;
        using (SafetensorsFile weights = SafetensorsFile.Open(_adapter.Combine(Weights)))
        {
            tensors =
            [
                .. weights.Entries.Keys.Where(name => !name.Contains(leaveOut))
                    .Select(name => (rename(name), weights.Load(name))),
            ];
        }
        SafetensorsWriter.Write(_adapter.Combine(Weights), tensors);
    }
}
