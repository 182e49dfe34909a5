using System.Text.Json;
using System.Text.RegularExpressions;
using Retrace.Cli.Commands;
using Retrace.Geometry;
using Retrace.Geometry.Figures;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>The commands that use a model as it is.</summary>
public sealed class ModelCommandTests(ModelCommandTests.Files files) : IClassFixture<ModelCommandTests.Files>
{
    [Fact]
    public async Task A_question_about_a_picture_is_answered_alike_on_the_command_line_and_in_a_file()
    {
        RetraceProcess one = await RetraceProcess.RunAsync(
            "generate", "--model", files.Model, "--image", files.Picture, "--prompt", "How wide?",
            "--temperature", "0");
        Assert.Equal((0, ""), (one.ExitCode, one.Error));

        string input = files.Write("one.jsonl", """{"id": "a", "prompt": "How wide?", "image": "picture.png"}""");
        RetraceProcess batch = await GenerateAsync(input, "one-out.jsonl", "--temperature", "0", "--samples", "2");
        Assert.Equal((0, "", "prompts answered: 1 of 1\n"), (batch.ExitCode, batch.Output, batch.Error));
        JsonElement line = Assert.Single(files.Lines("one-out.jsonl"));
        string[] responses = line.GetProperty("responses").Deserialize<string[]>()!;
        Assert.Equal(2, responses.Length);
        Assert.All(responses, response => Assert.Equal(one.Output, TerminalText.WithoutControls(response) + "\n"));
        Assert.InRange(line.GetProperty("token_ids")[0].GetArrayLength(), 1, UntrainedModel.MaxResponseTokens);
        Assert.NotEqual("", responses[0]);

        RetraceProcess instructed = await RetraceInProcess.RunAsync(
            "generate", "--model", files.Model, "--image", files.Picture, "--prompt", "How wide?",
            "--temperature", "0", "--instruction");
        Assert.Equal(0, instructed.ExitCode);
        Assert.NotEqual(one.Output, instructed.Output);
    }

    [Fact]
    public async Task Several_samples_are_labelled_and_the_seed_decides_them()
    {
        string[] arguments =
            ["generate", "--model", files.Model, "--prompt", "Why?", "--samples", "3", "--max-tokens", "6"];
        RetraceProcess first = await RetraceProcess.RunAsync(arguments);
        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Equal(
            ["[1 of 3]", "[2 of 3]", "[3 of 3]"],
            Regex.Matches(first.Output, @"^\[\d of 3\]$", RegexOptions.Multiline).Select(match => match.Value));
        Assert.Equal(first.Output, (await RetraceInProcess.RunAsync([.. arguments, "--seed", "0"])).Output);
        Assert.NotEqual(first.Output, (await RetraceInProcess.RunAsync([.. arguments, "--seed", "1"])).Output);
    }

    [Fact]
    public async Task What_was_generated_from_tokens_can_be_scored_in_a_folder_without_a_tokenizer()
    {
        string input = files.Write("ids.jsonl", """
            {"id": 1, "input_ids": [40, 41, 42]}
            {"id": 2, "input_ids": [50]}
            """);
        RetraceProcess generated = await RetraceProcess.RunAsync(
            "generate", "--model", files.ModelWithoutTokenizer,
            "--input", input, "--output", files.Combine("ids-out.jsonl"));
        Assert.Equal(0, generated.ExitCode);
        JsonElement[] lines = files.Lines("ids-out.jsonl");
        Assert.Equal([1, 2], lines.Select(line => line.GetProperty("id").GetInt32()));
        Assert.All(lines, line => Assert.Equal(JsonValueKind.Null, line.GetProperty("responses").ValueKind));

        int[] whole = [40, 41, 42, .. lines[0].GetProperty("token_ids")[0].Deserialize<int[]>()!];
        string scoreInput = files.Write(
            "score.jsonl", $$"""{"id": "x", "input_ids": {{JsonSerializer.Serialize(whole)}}}""");
        RetraceProcess scored = await ScoreAsync(files.ModelWithoutTokenizer, scoreInput, "score-out.jsonl");
        Assert.Equal((0, "", "lines scored: 1 of 1\n"), (scored.ExitCode, scored.Output, scored.Error));
        JsonElement score = Assert.Single(files.Lines("score-out.jsonl"));
        Assert.Equal("x", score.GetProperty("id").GetString());
        Assert.Equal(whole, score.GetProperty("token_ids").Deserialize<int[]>()!);
        float?[] logProbs = score.GetProperty("log_probs").Deserialize<float?[]>()!;
        Assert.Null(logProbs[0]);
        Assert.All(logProbs.Skip(1), logProb => Assert.InRange(logProb!.Value, -100, -1e-9));
    }

    [Fact]
    public async Task An_evaluation_prints_a_table_and_writes_every_response()
    {
        string report = files.Combine("report.json");
        RetraceProcess measured = await EvaluateAsync(
            files.Problems, "--samples", "2", "--limit", "5", "--output", report);
        Assert.Equal((0, "problems evaluated: 5 of 5\n"), (measured.ExitCode, measured.Error));
        Assert.Matches(
            @"^ +problems +accuracy \(avg@2\) +95 % interval +pass@1 +pass@2 +maj@2 +answered +tokens +cut off\nall +5 +\d+\.\d ",
            measured.Output);
        Assert.EndsWith("left out, as they have no label: 1\n", measured.Output);

        using JsonDocument document = JsonDocument.Parse(
            await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
        JsonElement root = document.RootElement;
        Assert.Equal(files.Problems, root.GetProperty("data").GetString());
        Assert.Equal(1, root.GetProperty("unlabeled").GetInt32());
        Assert.Equal(UntrainedModel.MaxResponseTokens, root.GetProperty("max_response_tokens").GetInt32());
        JsonElement problems = root.GetProperty("problems");
        Assert.Equal(5, problems.GetArrayLength());
        Assert.All(
            problems.EnumerateArray(), problem => Assert.Equal(2, problem.GetProperty("responses").GetArrayLength()));

        string shuffledReport = files.Combine("shuffled.json");
        RetraceProcess shuffled = await EvaluateAsync(
            files.Problems, "--samples", "2", "--limit", "5", "--output", shuffledReport, "--shuffle-images");
        Assert.Contains("every problem was shown the image of another\n", shuffled.Output);
        using JsonDocument other = JsonDocument.Parse(
            await File.ReadAllTextAsync(shuffledReport, TestContext.Current.CancellationToken));
        Assert.NotEqual(problems.GetRawText(), other.RootElement.GetProperty("problems").GetRawText());
    }

    [Fact]
    public async Task Bad_usage_and_bad_input_are_one_sentence_and_code_2()
    {
        const string Either = "generate takes either --prompt, with or without --image, or --input and --output";
        string prompts = files.Write("fine.jsonl", """{"prompt": "a"}""");
        string broken = files.Write("broken.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": 5, \"input_ids\": [1]}\n");
        string outside = files.Write("outside.jsonl", """{"prompt": "a", "image": "../a.png"}""");
        string unlabeled = files.Write("unlabeled.jsonl", """{"question": "a"}""");
        string noFile = files.Combine("none");

        await AssertRefusedAsync(Either, "generate", "--model", files.Model);
        await AssertRefusedAsync(Either, "generate", "--model", files.Model, "--prompt", "a", "--input", prompts);
        await AssertRefusedAsync(Either, "generate", "--model", files.Model, "--input", prompts);
        await AssertRefusedAsync(
            "--samples is 0, but must be at least 1",
            "generate", "--model", files.Model, "--prompt", "a", "--samples", "0");
        await AssertRefusedAsync(
            "--temperature is -1, but must be a number of at least 0",
            "generate", "--model", files.Model, "--prompt", "a", "--temperature=-1");
        await AssertRefusedAsync(
            $"The model folder {noFile} does not exist; name a Qwen2.5-VL, Qwen2-VL, Qwen3-VL or Qwen3-VL-MoE folder in "
            + "the hub's layout.",
            "generate", "--model", noFile, "--prompt", "a");
        await AssertRefusedAsync(
            $"{files.ModelWithoutTokenizer} holds neither tokenizer.json nor vocab.json with merges.txt; text needs a "
            + "tokenizer.",
            "generate", "--model", files.ModelWithoutTokenizer, "--prompt", "a");
        await AssertRefusedAsync(
            $"{broken}, line 2: expected either \"prompt\", a text, or \"input_ids\"",
            "score", "--model", files.Model, "--input", broken, "--output", files.Combine("o"));
        await AssertRefusedAsync(
            $"{outside}, line 1: its image path ../a.png leads out of the data file's folder, "
            + "which data.allow_outside_images would allow",
            "score", "--model", files.Model, "--input", outside, "--output", files.Combine("o"));
        await AssertRefusedAsync(
            "Option '--output' is required; see retrace score --help",
            "score", "--model", files.Model, "--input", prompts);
        await AssertRefusedAsync(
            $"{unlabeled} has no problem with an answer; an evaluation needs labeled ones",
            "eval", "--model", files.Model, "--data", unlabeled);
        await AssertRefusedAsync(
            "--set model.dtype=fp8: model.dtype is \"fp8\", but must be one of auto, bf16, fp32",
            "eval", "--model", files.Model, "--data", unlabeled, "--dtype", "fp8");
        Assert.False(File.Exists(files.Combine("o")));
    }

    private Task<RetraceProcess> GenerateAsync(string input, string output, params string[] options) =>
        RetraceInProcess.RunAsync(
            ["generate", "--model", files.Model, "--input", input, "--output", files.Combine(output), .. options]);

    private Task<RetraceProcess> ScoreAsync(string model, string input, string output) =>
        RetraceInProcess.RunAsync("score", "--model", model, "--input", input, "--output", files.Combine(output));

    private Task<RetraceProcess> EvaluateAsync(string data, params string[] options) =>
        RetraceInProcess.RunAsync(["eval", "--model", files.Model, "--data", data, .. options]);

    private static async Task AssertRefusedAsync(string sentence, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(arguments);
        Assert.Equal(
            (2, "", $"retrace: {sentence}{Environment.NewLine}"), (refused.ExitCode, refused.Output, refused.Error));
    }

    /// <summary>A model, once with and once without a tokenizer, a picture and problems.</summary>
    public sealed class Files : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

        public Files()
        {
            Model = Combine("model");
            ModelWithoutTokenizer = Combine("bare");
            UntrainedModel.Write(Model);
            Directory.CreateDirectory(ModelWithoutTokenizer);
            foreach (string file in Directory.EnumerateFiles(Model))
            {
                string name = Path.GetFileName(file);
                if (name is not ("tokenizer.json" or "vocab.json" or "merges.txt"))
                {
                    File.Copy(file, Path.Combine(ModelWithoutTokenizer, name));
                }
            }
            Picture = Combine("picture.png");
            File.WriteAllBytes(
                Picture, FigureRenderer.RenderPng(GeometryGenerator.Create(GeometrySplit.Train, 0, 0).Figure));
            GeometryDataSet.Write(Combine("data"), new(0, 6, 0, 0));
            Problems = Combine("data/train.jsonl");
            File.AppendAllText(Problems, "{\"question\": \"Unlabeled?\"}\n");
        }

        public string Model { get; }

        public string ModelWithoutTokenizer { get; }

        public string Picture { get; }

        public string Problems { get; }

        public string Combine(string name) => Path.Combine(_folder, name);

        public string Write(string name, string text)
        {
            File.WriteAllText(Combine(name), text);
            return Combine(name);
        }

        public JsonElement[] Lines(string name) =>
            [.. File.ReadLines(Combine(name)).Select(line => JsonDocument.Parse(line).RootElement)];

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
