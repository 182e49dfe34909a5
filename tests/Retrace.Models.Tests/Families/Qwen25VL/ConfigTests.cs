using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families.Qwen25VL;

public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ConfigTests() => WriteModel(_folder);

    public void Dispose() => _folder.Dispose();

    // What transformers' generate stops at: all of generation_config.json's, else all of config.json's.
    [Theory]
    [InlineData("""{"eos_token_id": [151645, 151643], "repetition_penalty": 1.05}""", "7", null, new[] { 151645, 151643 })]
    [InlineData("""{"eos_token_id": 5}""", "[7, 8]", null, new[] { 5 })]
    [InlineData("""{"eos_token_id": null}""", "[7, 8]", null, new[] { 7, 8 })]
    [InlineData("""{"eos_token_id": []}""", "7", null, new[] { 7 })]
    [InlineData("{}", "7", "[9]", new[] { 7 })]
    [InlineData(null, "[7, 8]", null, new[] { 7, 8 })]
    [InlineData(null, null, "[9, 10]", new[] { 9, 10 })]
    [InlineData(null, "null", "9", new[] { 9 })]
    [InlineData(null, null, null, new[] { 151645, 151643 })]
    public void Samples_stop_at_the_ids_of_the_generation_settings_or_else_of_the_configuration(
        string? generation, string? config, string? nested, int[] expected)
    {
        Change(root =>
        {
            SetId(root, config);
            if (nested is not null)
            {
                JsonObject text = root.DeepClone().AsObject();
                text.Remove("vision_config");
                SetId(text, nested);
                root["text_config"] = text;
            }
        });
        File.Delete(_folder.Combine("generation_config.json"));
        if (generation is not null)
        {
            _folder.Write("generation_config.json", generation);
        }
        Assert.Equal(expected, ModelFamilies.LoadConfig(_folder.Path).Tokens.Stops);
    }

    [Fact]
    public void The_written_files_name_the_same_stops_and_the_configuration_the_first()
    {
        ModelConfig config = ModelFamilies.LoadConfig(_folder.Path);
        Assert.Equal([1, 0], config.Tokens.Stops);
        JsonNode root = JsonNode.Parse(File.ReadAllText(_folder.Combine("config.json")))!;
        Assert.Equal(1, (int)root["eos_token_id"]!);
    }

    [Theory]
    [InlineData("{", "no valid JSON")]
    [InlineData("[1]", "instead of an object")]
    [InlineData("""{"eos_token_id": "x"}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [1, 2.5]}""", "eos_token_id[1]")]
    [InlineData("""{"eos_token_id": [1, -1]}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": {"a": 1}}""", "eos_token_id")]
    public void Damaged_generation_settings_are_named(string json, string expected)
    {
        _folder.Write("generation_config.json", json);
        string message = Complaint.Of(() => Load(_folder).Dispose());
        Assert.Contains("generation_config.json", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void More_stops_than_any_model_has_are_refused()
    {
        _folder.Write("generation_config.json", $$"""{"eos_token_id": [{{string.Join(',', Enumerable.Range(0, 101))}}]}""");
        Assert.Contains("at most 100 token ids", Complaint.Of(() => Load(_folder).Dispose()));
    }

    [Theory]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act is \"gelu\"")]
    [InlineData("vision_config.hidden_act", "\"quick_gelu\"", "vision_config.hidden_act is \"quick_gelu\"")]
    [InlineData("hidden_act", "3", "instead of a string")]
    [InlineData("use_sliding_window", "true", "use_sliding_window is true")]
    [InlineData("use_sliding_window", "1", "instead of true or false")]
    [InlineData("rope_scaling.type", "\"linear\"", "scaled by \"linear\"")]
    [InlineData("rope_scaling.rope_type", "\"dynamic\"", "scaled by \"dynamic\"")]
    [InlineData("rope_scaling.type", "\"ntk\"", "scaled by \"ntk\"")]
    [InlineData("rope_scaling.rope_type", "\"longrope\"", "scaled by \"longrope\"")]
    [InlineData("rope_scaling.type", "\"yarn\"", "has no factor")]
    [InlineData("rope_scaling.short_factor", "[1, 2]", "rope_scaling.short_factor is a list")]
    [InlineData("rope_scaling.mrope_interleaved", "true", "mrope_interleaved is true")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor is 0.5")]
    [InlineData("attention_dropout", "0.1", "attention_dropout is 0.1")]
    [InlineData("layer_types", "[\"full_attention\", \"sliding_attention\"]", "layer_types is a list")]
    [InlineData("mlp_bias", "true", "mlp_bias is true")]
    [InlineData("logit_scale", "0.5", "logit_scale is 0.5, which Retrace does not know")]
    [InlineData("vision_config.layer_scale", "true", "vision_config.layer_scale is true, which Retrace does not know")]
    [InlineData("norm_type", "\"layer\"", "norm_type is \"layer\", which Retrace does not know")]
    [InlineData("head_dim", "16", "head_dim differs")]
    [InlineData("quantization_config", "{\"quant_method\": \"awq\"}", "the weights are quantised by awq")]
    [InlineData("quantization_config", "{\"quant_method\": \"fp8\"}", "fetch the model that this one was made from")]
    public void What_would_be_computed_otherwise_is_refused(string place, string value, string expected)
    {
        Change(root => Set(root, place, JsonNode.Parse(value)));
        string message = Complaint.Of(() => Load(_folder).Dispose());
        Assert.Contains("config.json", message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData("rope_scaling.rope_type", "\"default\"")]
    [InlineData("layer_types", "[\"full_attention\", \"full_attention\"]")]
    [InlineData("attention_dropout", "0")]
    [InlineData("quantization_config", "null")]
    [InlineData("unsloth_fixed", "true")]
    [InlineData("_attn_implementation_autoset", "true")]
    [InlineData("transformers_version", "\"5.12.1\"")]
    [InlineData("temperature", "0.1")]
    [InlineData("my_notes", "\"made on a Monday\"", "my_notes")]
    [InlineData("vision_config.drop_path_rate", "false", "vision_config.drop_path_rate")]
    public void What_changes_nothing_is_taken_and_what_is_not_known_is_listed(
        string place, string value, params string[] unread)
    {
        Change(root => Set(root, place, JsonNode.Parse(value)));
        Assert.Equal(unread, ModelFamilies.LoadConfig(_folder.Path).UnreadKeys);
        Load(_folder).Dispose();
    }

    [Theory]
    [InlineData("dtype", "bfloat16", ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData("torch_dtype", "float32", ScalarType.Float32, ScalarType.Float32)]
    [InlineData("torch_dtype", "torch.float16", ScalarType.Float16, ScalarType.Float32)]
    [InlineData(null, null, ScalarType.BFloat16, ScalarType.BFloat16)] // As the files have it.
    public void A_model_is_loaded_in_the_type_of_its_checkpoint(
        string? key, string? name, ScalarType stored, ScalarType computed)
    {
        using (VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.BFloat16, CPU))
        {
            model.Save(_folder.Combine("saved"));
        }
        string path = _folder.Combine("saved/config.json");
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        root.Remove("torch_dtype");
        if (key is not null)
        {
            root[key] = name;
        }
        File.WriteAllText(path, root.ToJsonString());
        Assert.Equal(stored, ModelFamilies.LoadConfig(_folder.Combine("saved")).StoredType);
        using VisionLanguageModel loaded = VisionLanguageModel.Load(_folder.Combine("saved"), type: null, CPU);
        Assert.Equal(computed, loaded.Network.Parameters.Type);
    }

    // What tools write of other weights: names of AWQ and GPTQ, of FP8, and of bitsandbytes.
    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.qweight")]
    [InlineData("model.layers.0.self_attn.q_proj.weight_scale_inv")]
    [InlineData("model.layers.0.self_attn.q_proj.weight.absmax")]
    public void Quantised_weights_are_refused_by_that_name(string tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        CheckpointWriter.Write(_folder.Path, [(tensor, zeros(2, 2))]);
        string message = Complaint.Of(() => Load(_folder).Dispose());
        Assert.Contains($"quantised ('{tensor}')", message);
        Assert.Contains("fetch the model that this one was made from", message);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    public void A_pointer_of_git_lfs_is_called_that(string file)
    {
        _folder.Write(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 123456789\n");
        string message = Complaint.Of(() => Load(_folder).Dispose());
        Assert.Contains($"{file} is a Git LFS pointer, not the data; fetch it with git lfs pull", message);
    }

    [Theory]
    [InlineData("hidden_act")]
    [InlineData("vision_config.hidden_act")]
    [InlineData("use_sliding_window")]
    public void What_is_missing_has_its_default(string place)
    {
        ModelConfig expected = ModelFamilies.LoadConfig(_folder.Path);
        Change(root => Set(root, place, null));
        Assert.Equal(
            expected.Family.WriteConfig(expected).ToJsonString(),
            expected.Family.WriteConfig(ModelFamilies.LoadConfig(_folder.Path)).ToJsonString());
        Load(_folder).Dispose();
    }

    // A reader that takes the type from here would round weights of fp32.
    [Theory]
    [InlineData(ScalarType.Float32, "float32")]
    [InlineData(ScalarType.BFloat16, "bfloat16")]
    public void A_saved_configuration_names_the_type_of_the_weights_everywhere(ScalarType type, string expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Change(root =>
        {
            root["torch_dtype"] = "float16";
            root["dtype"] = "float16";
            root["vision_config"]!["dtype"] = "float16";
            JsonObject text = root.DeepClone().AsObject();
            text.Remove("vision_config");
            text.Remove("dtype");
            root["text_config"] = text;
        });
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, type, CPU);
        model.Save(_folder.Combine("saved"));
        JsonNode saved = JsonNode.Parse(File.ReadAllText(_folder.Combine("saved/config.json")))!;
        Assert.Equal(expected, (string?)saved["torch_dtype"]);
        Assert.Equal(expected, (string?)saved["dtype"]);
        Assert.Equal(expected, (string?)saved["vision_config"]!["dtype"]);
        Assert.Equal(expected, (string?)saved["text_config"]!["torch_dtype"]);
        Assert.Null(saved["text_config"]!["dtype"]);
        Assert.Null(saved["vision_config"]!["torch_dtype"]);
        Assert.Equal(32, (int)saved["hidden_size"]!);
    }

    [Fact]
    public void A_configuration_without_a_type_gets_one()
    {
        using DisposeScope scope = NewDisposeScope();
        Change(root => root.Remove("torch_dtype"));
        using VisionLanguageModel model = Load(_folder);
        model.Save(_folder.Combine("saved"));
        JsonNode saved = JsonNode.Parse(File.ReadAllText(_folder.Combine("saved/config.json")))!;
        Assert.Equal("float32", (string?)saved["torch_dtype"]);
    }

    [Fact]
    public void A_key_twice_is_named()
    {
        string json = File.ReadAllText(_folder.Combine("config.json"));
        _folder.Write("config.json", json.Replace("\"use_cache\"", "\"use_cache\": true,\n  \"use_cache\""));
        Assert.Contains("holds a key twice", Complaint.Of(() => Load(_folder).Dispose()));
    }

    private void Change(Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(File.ReadAllText(_folder.Combine("config.json")))!.AsObject();
        change(root);
        _folder.Write("config.json", root.ToJsonString());
    }

    private static void SetId(JsonObject part, string? id)
    {
        part.Remove("eos_token_id");
        if (id is not null)
        {
            part["eos_token_id"] = JsonNode.Parse(id);
        }
    }

    private static void Set(JsonObject root, string place, JsonNode? value)
    {
        string[] steps = place.Split('.');
        JsonObject owner = steps.Length == 1 ? root : root[steps[0]]!.AsObject();
        owner.Remove(steps[^1]);
        if (value is not null)
        {
            owner[steps[^1]] = value;
        }
    }
}
