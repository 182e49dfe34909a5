using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Testing;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;

namespace Retrace.Evaluation.Tests;

public sealed class HarnessResultsTests : IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Results_and_samples_have_the_harness_s_fields()
    {
        string path = _files.Write("my set.jsonl", """
            {"id": "a", "question": "One?", "answer": "1", "category": "easy"}
            {"id": "b", "question": "Two?", "answer": "2", "category": "very hard"}
            {"id": "c", "question": "Three?", "answer": "3", "category": "easy"}
            """);
        var data = EvaluationData.Read(path, benchmark: null);
        UsableProblems usable = new(data.Problems.Problems, data.Problems.Answers, [], default);
        EvaluationPlan plan = new(usable.Problems, [new("blur", 20)]);
        RunConfiguration configuration = new() { Evaluation = new() { Samples = 4 } };
        EvaluationManifest manifest = EvaluationManifest.Of("/models/m", configuration, data, usable, plan, false, "fp32") with
        {
            Started = new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc),
        };
        string[][] answers = [["1", "1", "0", ""], ["0", "0", "2", ""], ["0", "", "", ""]];
        GradedProblem[] graded =
        [
            .. usable.Problems.Select((problem, i) => GradedProblem.Of(
                problem,
                data.Keys[problem.Id],
                [.. answers[i].Select(answer => new SampledResponse(
                    answer == "" ? "none" : $"\\boxed{{{answer}}}", 3, true))],
                new BoxedExtraction())),
        ];
        HarnessResults.Write(
            _files.Combine("out"), manifest, data, EvaluationReport.Of(manifest, data, plan, [graded, graded]));

        string folder = _files.Combine("out/__models__m");
        Assert.Equal(
            [
                "results_2026-05-04T03-02-01.000000.json",
                "samples_my_set_2026-05-04T03-02-01.000000.jsonl",
                "samples_my_set_blur_20_2026-05-04T03-02-01.000000.jsonl",
            ],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonElement root = Parse(File.ReadAllText(Path.Combine(folder, "results_2026-05-04T03-02-01.000000.json")));
        JsonElement results = root.GetProperty("results");
        string[] tasks =
        [
            "my_set", "my_set_easy", "my_set_very_hard", "my_set_blur_20", "my_set_blur_20_easy",
            "my_set_blur_20_very_hard",
        ];
        Assert.Equal(tasks, results.EnumerateObject().Select(task => task.Name));
        foreach (string field in new[] { "configs", "versions", "n-shot", "higher_is_better", "n-samples" })
        {
            Assert.Equal(tasks, root.GetProperty(field).EnumerateObject().Select(task => task.Name));
        }
        JsonElement all = results.GetProperty("my_set");
        Assert.Equal("my_set", all.GetProperty("alias").GetString());
        Assert.Equal(0.25, Number(all, "exact_match,none"), 12);                    // (2 + 1 + 0) of 12
        Assert.Equal(0.25 / Math.Sqrt(3), Number(all, "exact_match_stderr,none"), 12); // Of 0.5, 0.25 and 0
        Assert.Equal(1 / 3.0, Number(all, "exact_match,maj@4"), 12);
        Assert.Equal(2 / 3.0, Number(all, "pass@4,none"), 12);
        Assert.Equal(3, Number(all, "sample_len"));
        Assert.Equal("N/A", results.GetProperty("my_set_very_hard").GetProperty("pass@4_stderr,none").GetString());
        Assert.Equal(
            ["my_set_easy", "my_set_very_hard"],
            root.GetProperty("group_subtasks").GetProperty("my_set").Deserialize<string[]>()!);
        Assert.Equal(2, root.GetProperty("n-samples").GetProperty("my_set_easy").GetProperty("effective").GetInt32());
        Assert.Equal("/models/m", root.GetProperty("model_name").GetString());
        Assert.Equal(1777863721, Number(root, "date"));

        JsonElement[] samples =
        [
            .. File.ReadLines(Path.Combine(folder, "samples_my_set_2026-05-04T03-02-01.000000.jsonl")).Select(Parse),
        ];
        Assert.Equal(6, samples.Length);
        Assert.Equal(["none", "none", "none", "maj@4", "maj@4", "maj@4"], samples.Select(one => Text(one, "filter")));
        Assert.Equal([0.5, 0.25, 0, 1, 0, 0], samples.Select(one => Number(one, "exact_match")));
        JsonElement second = samples[1];
        string prompt = ModelFamilies.Default.Chat.Prompt("Two?" + configuration.Data.Instruction, 0);
        Assert.Equal(1, second.GetProperty("doc_id").GetInt32());
        Assert.Equal("Two?", Text(second.GetProperty("doc"), "question"));
        Assert.Equal("2", Text(second, "target"));
        Assert.Equal(prompt, Text(second.GetProperty("arguments").GetProperty("gen_args_0"), "arg_0"));
        Assert.Equal(
            [[@"\boxed{0}", @"\boxed{0}", @"\boxed{2}", "none"]],
            second.GetProperty("resps").Deserialize<string[][]>()!);
        Assert.Equal([["0", "0", "2", "[invalid]"]], second.GetProperty("filtered_resps").Deserialize<string[][]>()!);
        Assert.Equal(["0"], samples[4].GetProperty("filtered_resps").Deserialize<string[]>()!);
        Assert.Equal(["exact_match"], second.GetProperty("metrics").Deserialize<string[]>()!);
        Assert.Equal(Sha256(prompt), Text(second, "prompt_hash"));
        Assert.Equal(Sha256("2"), Text(second, "target_hash"));
        Assert.Equal(
            Sha256(string.Concat(samples.Select(one =>
                Text(one, "doc_hash") + Text(one, "prompt_hash") + Text(one, "target_hash")))),
            Text(root.GetProperty("task_hashes"), "my_set"));
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private static string Text(JsonElement owner, string name) => owner.GetProperty(name).GetString()!;

    private static double Number(JsonElement owner, string name) => owner.GetProperty(name).GetDouble();
}
