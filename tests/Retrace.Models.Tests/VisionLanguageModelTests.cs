using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Models.Text;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests;

public sealed class VisionLanguageModelTests
{
    public static TheoryData<string> RequiredKeys =>
    [
        "model_type", "hidden_size", "intermediate_size", "num_attention_heads", "num_hidden_layers",
        "num_key_value_heads", "vocab_size", "rope_scaling", "rope_scaling.mrope_section", "vision_config",
        "vision_config.depth", "vision_config.hidden_size", "vision_config.intermediate_size",
        "vision_config.num_heads", "vision_config.out_hidden_size", "vision_config.patch_size",
        "vision_config.spatial_merge_size", "vision_config.temporal_patch_size", "vision_config.window_size",
        "vision_config.fullatt_block_indexes",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_was_saved_loads_as_the_same_model(bool tied)
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryFolder();
        WriteModel(folder, tied);
        folder.Write("generation_config.json", "{}");
        folder.Write("evolve.yaml", "data: {batch: 16}\n");
        folder.Write("README.md", "not carried along");
        string target = copy.Combine("below/saved");

        using VisionLanguageModel model = Load(folder);
        model.Save(target);
        using VisionLanguageModel saved = VisionLanguageModel.Load(target, ScalarType.Float32, CPU);
        AssertSameWeights(model, saved);
        Assert.Equal(model.Tokenizer.Encode("the angle é"), saved.Tokenizer.Encode("the angle é"));
        Assert.Equal(Logits(model), Logits(saved));
        foreach (string name in (string[])
            [
                "config.json", "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
                "preprocessor_config.json", "generation_config.json", "evolve.yaml",
            ])
        {
            Assert.Equal(File.ReadAllBytes(folder.Combine(name)), File.ReadAllBytes(Path.Combine(target, name)));
        }
        Assert.False(File.Exists(Path.Combine(target, "README.md")));
    }

    [Fact]
    public void A_model_saves_when_its_folder_is_gone()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        using VisionLanguageModel model = Load(folder);
        foreach (string file in Directory.GetFiles(folder.Path))
        {
            File.Delete(file);
        }
        model.Save(folder.Combine("second"));
        using VisionLanguageModel saved =
            VisionLanguageModel.Load(folder.Combine("second"), ScalarType.Float32, CPU);
        AssertSameWeights(model, saved);
        Assert.Equal(model.Tokenizer.Encode("abc"), saved.Tokenizer.Encode("abc"));
    }

    [Fact]
    public void A_model_saves_into_its_own_folder()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        using VisionLanguageModel model = Load(folder);
        using (no_grad())
        {
            model.Network.Parameters["model.norm.weight"].fill_(3);
        }
        model.Save(folder.Path + "/");
        using VisionLanguageModel saved = Load(folder);
        AssertSameWeights(model, saved);
    }

    [Fact]
    public void Newer_names_of_the_tensors_are_found()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder, tied: false);
        using VisionLanguageModel older = Load(folder);
        IEnumerable<(string, Tensor)> renamed = Weights(older).Select(pair => (
            Regex.Replace(
                Regex.Replace(pair.Name, "^model[.]", "model.language_model."), "^visual[.]", "model.visual."),
            pair.Tensor));
        CheckpointWriter.Write(folder.Path, renamed, maxShardBytes: 20_000);
        Assert.True(File.Exists(folder.Combine("model.safetensors.index.json")));
        using VisionLanguageModel newer = Load(folder);
        AssertSameWeights(older, newer);
    }

    [Fact]
    public void The_head_of_a_tied_model_is_not_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder, tied: true);
        using VisionLanguageModel tied = Load(folder);
        CheckpointWriter.Write(
            folder.Path,
            Weights(tied).Append(("lm_head.weight", tied.Network.Parameters["model.embed_tokens.weight"])));
        using VisionLanguageModel again = Load(folder);
        AssertSameWeights(tied, again);

        Config(folder, tied: false).Save(folder.Path);
        using VisionLanguageModel untied = Load(folder);
        Assert.Contains("lm_head.weight", untied.Network.Parameters.Names);
        CheckpointWriter.Write(folder.Path, Weights(tied));
        Assert.Contains("'lm_head.weight'", Complaint.Of(() => Load(folder).Dispose()));
    }

    [Fact]
    public void Weights_are_converted_to_the_type_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        using VisionLanguageModel single = Load(folder);
        using VisionLanguageModel half = VisionLanguageModel.Load(folder.Path, ScalarType.BFloat16, CPU);
        foreach (string name in single.Network.Parameters.Names)
        {
            Tensor expected = single.Network.Parameters[name].to(ScalarType.BFloat16);
            Assert.Equal(expected.bytes.ToArray(), half.Network.Parameters[name].bytes.ToArray());
        }
    }

    [Fact]
    public void The_bound_on_pixels_is_lowered_and_never_raised()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        foreach ((int asked, int minimum, int maximum) in (ReadOnlySpan<(int, int, int)>)
            [(1000, 64, 1000), (50, 50, 50), (9999, 64, 4096)])
        {
            using VisionLanguageModel model = VisionLanguageModel.Load(folder.Path, ScalarType.Float32, CPU, asked);
            Assert.Equal((minimum, maximum), (model.Images.Config.MinPixels, model.Images.Config.MaxPixels));
        }
    }

    [Fact]
    public void Without_a_tokenizer_only_text_fails()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        DeleteTokenizer(folder);
        using VisionLanguageModel model = Load(folder);
        Assert.NotEmpty(Logits(model));
        Assert.Contains(folder.Path, Complaint.Of(() => model.Tokenizer.Encode("x")));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Combine("none");
        Assert.Contains(
            $"{path} does not exist", Complaint.Of(() => VisionLanguageModel.Load(path, ScalarType.Float32, CPU)));
    }

    [Theory]
    [InlineData("config.json", "config.json")]
    [InlineData("preprocessor_config.json", "preprocessor_config.json")]
    [InlineData("model.safetensors", "model.safetensors")]
    public void A_missing_file_is_named(string name, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        File.Delete(folder.Combine(name));
        string message = Complaint.Of(() => Load(folder).Dispose());
        Assert.Contains(folder.Path, message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [MemberData(nameof(RequiredKeys))]
    public void A_configuration_is_refused_where_a_required_key_is_missing_or_wrong(string place)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder.Combine("config.json")))!.AsObject();
        string[] steps = place.Split('.');
        JsonObject owner = steps.Length == 1 ? config : config[steps[0]]!.AsObject();
        owner.Remove(steps[^1]);
        AssertNamed();
        if (place != "model_type")
        {
            owner[steps[^1]] = "x";
            AssertNamed();
            owner[steps[^1]] = null;
            AssertNamed();
        }

        void AssertNamed()
        {
            folder.Write("config.json", config.ToJsonString());
            string message = Complaint.Of(() => Load(folder).Dispose());
            Assert.Contains(folder.Combine("config.json"), message);
            Assert.Contains(steps[^1], message);
        }
    }

    [Fact]
    public void No_damage_to_the_configuration_brings_anything_but_a_complaint()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        DeleteTokenizer(folder);
        JsonNode config = JsonNode.Parse(File.ReadAllText(folder.Combine("config.json")))!;
        int complaints = 0;
        foreach (string damaged in JsonTree.Damaged(config))
        {
            folder.Write("config.json", damaged);
            complaints += Complaint.IsAllThatCanComeOf(() => Load(folder).Dispose()) ? 1 : 0;
        }
        Assert.True(complaints > 100);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"model_type\": \"qwen2_5_vl\"")]
    [InlineData("{\"model_type\": \"llama\"}")]
    public void A_configuration_of_another_kind_is_refused(string json)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        folder.Write("config.json", json);
        Assert.Contains(folder.Combine("config.json"), Complaint.Of(() => Load(folder).Dispose()));
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        using (VisionLanguageModel model = Load(folder))
        {
            CheckpointWriter.Write(folder.Path, Weights(model).Where(pair => pair.Name != "model.norm.weight"));
        }
        string message = Complaint.Of(() => Load(folder).Dispose());
        Assert.Contains($"{folder.Path} lack the tensor 'model.norm.weight'", message);
    }

    [Fact]
    public void A_tensor_of_another_shape_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        using (VisionLanguageModel model = Load(folder))
        {
            CheckpointWriter.Write(
                folder.Path,
                Weights(model).Select(pair => pair.Name == "model.norm.weight" ? (pair.Name, zeros(5)) : pair));
        }
        string message = Complaint.Of(() => Load(folder).Dispose());
        Assert.Contains("'model.norm.weight'", message);
        Assert.Contains("the shape [5]; its config.json asks for [32]", message);
    }

    [Theory]
    [InlineData("patch_size", 5, "patch_size")]
    [InlineData("merge_size", 4, "spatial_merge_size")]
    [InlineData("temporal_patch_size", 3, "temporal_patch_size")]
    public void Patches_must_be_those_of_the_network(string key, int value, string inConfig)
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        string path = folder.Combine("preprocessor_config.json");
        JsonNode settings = JsonNode.Parse(File.ReadAllText(path))!;
        settings[key] = value;
        File.WriteAllText(path, settings.ToJsonString());
        string message = Complaint.Of(() => Load(folder).Dispose());
        Assert.Contains($"{key} {value}, but {inConfig} in its config.json", message);
    }

    [Fact]
    public void A_tokenizer_with_more_ids_than_the_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        WriteModel(folder);
        ModelFamilies.Default.TrainTokenizer(["abab abab"], 300, folder.Path);
        string message = Complaint.Of(() => Load(folder).Dispose());
        Assert.Contains("ids up to 265, but vocab_size in its config.json is 264", message);
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Weights(VisionLanguageModel model) =>
        model.Network.Parameters.Names.Select(name => (name, model.Network.Parameters[name]));

    private static void DeleteTokenizer(TemporaryFolder folder)
    {
        foreach (string name in (string[])["tokenizer.json", "vocab.json", "merges.txt"])
        {
            File.Delete(folder.Combine(name));
        }
    }

    private static void AssertSameWeights(VisionLanguageModel expected, VisionLanguageModel actual)
    {
        Assert.Equal(expected.Network.Parameters.Names, actual.Network.Parameters.Names);
        foreach (string name in expected.Network.Parameters.Names)
        {
            Tensor weights = actual.Network.Parameters[name];
            Assert.Equal(expected.Network.Parameters[name].shape, weights.shape);
            Assert.Equal(expected.Network.Parameters[name].bytes.ToArray(), weights.bytes.ToArray());
        }
    }
}
