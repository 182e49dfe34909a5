using System.Text.Json.Nodes;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Testing;
using static TorchSharp.torch;

namespace Retrace.Fuzz.Tests;

/// <summary>A model's folder is data: nothing in it runs, and little of it is believed.</summary>
[Collection(MeasuredMemory.Name)]
public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolderTests() => UntrainedModel.Write(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("consolidated.00.pth")]
    [InlineData("model.ckpt")]
    public void A_pickle_is_refused_and_said_to_be_one(string name)
    {
        File.Move(_folder.Combine("model.safetensors"), _folder.Combine(name));
        string message = Assert.Throws<BadInputException>(Load).Message;
        Assert.Contains($"holds {name}, a pickle, which can run code", message);
    }

    [Fact]
    public void Code_beside_the_weights_is_not_looked_at()
    {
        float[] weights = Weights();
        JsonObject config = JsonNode.Parse(File.ReadAllText(_folder.Combine("config.json")))!.AsObject();
        config["auto_map"] = new JsonObject { ["AutoModel"] = "modeling_evil.EvilModel" };
        _folder.Write("config.json", config.ToJsonString());
        _folder.Write("modeling_evil.py", "raise SystemExit");
        _folder.Write("pytorch_model.bin", "not read: safetensors are there");
        Assert.Equal(weights, Weights());
    }

    [Fact]
    public void The_folder_s_chat_template_changes_no_prompt_and_is_never_rendered()
    {
        const string Endless = "{% for i in range(10**12) %}x{% endfor %}{{ ''.__class__.__mro__[1].__subclasses__() }}";
        string before = Prompt();
        _folder.Write("chat_template.jinja", Endless);
        _folder.Write("chat_template.json", new JsonObject { ["chat_template"] = Endless }.ToJsonString());
        _folder.Write("tokenizer_config.json", new JsonObject { ["chat_template"] = Endless }.ToJsonString());
        Assert.Equal(before, Prompt());
    }

    [Theory]
    [InlineData("num_hidden_layers", 2147483647)]
    [InlineData("num_hidden_layers", 1000)]
    [InlineData("vocab_size", 2147483647)]
    [InlineData("vocab_size", 16777216)]
    [InlineData("intermediate_size", 16777216)]
    public void Sizes_that_the_weights_do_not_have_are_refused_before_memory_is_taken(string key, int size)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(_folder.Combine("config.json")))!.AsObject();
        config[key] = size;
        _folder.Write("config.json", config.ToJsonString());
        long before = Environment.WorkingSet;
        Assert.Throws<BadInputException>(Load);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 256 << 20);
    }

    private void Load() => VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU).Dispose();

    private float[] Weights()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
        return
        [
            .. model.Network.Parameters.Names
                .SelectMany(name => model.Network.Parameters[name].data<float>().ToArray()),
        ];
    }

    private string Prompt()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
        return string.Join(' ', model.Tokenizer.Encode(model.Family.Chat.Prompt("What is it?", imageCount: 1)));
    }
}
