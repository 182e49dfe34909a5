using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Evaluation.Grading;
using Retrace.Statistics;
using Retrace.Testing;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Tests;

/// <summary>What every result says of itself, and that its numbers come out again from the samples that it keeps.</summary>
public sealed class EvaluationCardTests : IDisposable
{
    private readonly TemporaryFolder _files = new();
    private readonly string _data;

    public EvaluationCardTests() => _data = _files.Write(
        "problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TestProblems).Take(12)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_result_says_how_it_came_about()
    {
        JsonObject card = Evaluate("results.json")["card"]!.AsObject();
        Assert.Equal(
            [
                "prompt", "extraction", "samples", "temperature", "top_p", "max_response_tokens", "stop_tokens", "seed",
                "max_pixels", "dtype", "device", "instruction_set", "library", "graded_by", "libtorch", "model", "model_sha256",
                "data", "benchmark", "problems_sha256", "problems", "interval",
            ],
            card.Select(pair => pair.Key));
        string prompt = card["prompt"]!.GetValue<string>();
        Assert.StartsWith("<|im_start|>system\n", prompt);
        Assert.Contains("<|vision_start|><|image_pad|><|vision_end|>{question}\nThink inside <think></think>", prompt);
        Assert.Equal(
            "boxed 3 0.7 60 5 fp32 cpu 12",
            string.Join(' ', new[]
            {
                "extraction", "samples", "temperature", "max_response_tokens", "seed", "dtype", "device", "problems",
            }.Select(key => card[key]!.ToString())));
        Assert.Equal(EvaluationDigest.OfModel(Shipped.Model), card["model_sha256"]!.GetValue<string>());
        Assert.Equal(64, card["problems_sha256"]!.GetValue<string>().Length);
    }

    [Fact]
    public void The_numbers_of_a_folder_come_out_again_byte_for_byte()
    {
        Evaluate("kept");
        byte[] results = File.ReadAllBytes(_files.Combine("kept/results.json"));
        Assert.True(JsonNode.Parse(results)!["summary"]!["accuracy"]!.GetValue<double>() > 0);
        new EvaluationFolder(_files.Combine("kept")).Regrade(extraction: null, dataPath: null);
        Assert.Equal(results, File.ReadAllBytes(_files.Combine("kept/results.json")));
    }

    // As somebody would who has the file alone.
    [Fact]
    public void The_numbers_of_a_file_come_out_of_grade()
    {
        JsonObject results = Evaluate("results.json");
        string lines = _files.Write("lines.jsonl", string.Join('\n', results["problems"]!.AsArray().SelectMany(problem =>
            problem!["responses"]!.AsArray().Select(response => new JsonObject
            {
                ["gold"] = problem["gold"]!.DeepClone(),
                ["pred"] = response!.DeepClone(),
            }.ToJsonString()))));
        AnswerGrading.GradeFile(lines, _files.Combine("graded.jsonl"), Cancellation);
        bool[] right = [.. File.ReadLines(_files.Combine("graded.jsonl"))
            .Select(line => JsonNode.Parse(line)!["equal"]!.GetValue<bool>())];
        Assert.Equal(36, right.Length);
        double accuracy = results["summary"]!["accuracy"]!.GetValue<double>();
        Assert.Equal(accuracy, right.Count(one => one) / 36.0);
        var interval = WilsonInterval.Of(accuracy, 12);
        Assert.Equal(
            [interval.Lower, interval.Upper], results["summary"]!["interval"]!.AsArray().GetValues<double>());
    }

    [Fact]
    public void An_evaluation_goes_on_with_its_own_version_alone_and_without_one_with_any()
    {
        Evaluate("kept");
        string path = _files.Combine("kept/evaluation.json");
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["library"] = "0.1.7";
        File.WriteAllText(path, manifest.ToJsonString());
        Assert.StartsWith(
            $"library is \"{OwnVersion}\", but the evaluation in {_files.Combine("kept")} began with \"0.1.7\"",
            Assert.Throws<BadInputException>(() => Evaluate("kept")).Message);

        foreach (string key in (string[])["prompt", "stop_tokens", "library", "libtorch", "instruction_set", "device_name"])
        {
            Assert.True(manifest.Remove(key));
        }
        File.WriteAllText(path, manifest.ToJsonString());
        Assert.Null(Evaluate("kept")["card"]);
    }

    [Fact]
    public void The_base_of_an_adapter_counts()
    {
        string model = Path.GetDirectoryName(_files.Write("model/model.safetensors", "weights"))!;
        string adapter = Path.GetDirectoryName(_files.Write("adapter/adapter_config.json", $$"""
            {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "base_model_name_or_path": "{{model}}"}
            """))!;
        string before = EvaluationDigest.OfModel(adapter);
        _files.Write("model/model.safetensors", "Weights");
        Assert.NotEqual(before, EvaluationDigest.OfModel(adapter));
    }

    private static string OwnVersion => new EvaluationCard
    {
        Prompt = "",
        Extraction = "",
        Samples = 1,
        Temperature = 1,
        TopP = 1,
        MaxResponseTokens = 1,
        StopTokens = [],
        Seed = 0,
        MaxPixels = 1,
        Dtype = "",
        Device = "",
        InstructionSet = "",
        Library = "",
        LibTorch = null,
        Model = "",
        Data = "",
        Problems = 1,
    }.GradedBy;

    private JsonObject Evaluate(string output)
    {
        ModelEvaluation.Run(
            new EvaluationOptions(Shipped.Model, _data)
            {
                Configuration = ConfigurationLayers.Resolve(
                    Shipped.Model,
                    null,
                    ["seed=5", "evaluation.samples=3", "evaluation.temperature=0.7", "rollout.max_response_tokens=60"]),
                Output = _files.Combine(output),
            },
            Cancellation);
        string file = Path.HasExtension(output) ? output : $"{output}/results.json";
        return JsonNode.Parse(File.ReadAllText(_files.Combine(file)))!.AsObject();
    }
}
