using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>
/// Every family, and a Thinking variant, from its folder to an exported model by the commands that a user gives, on
/// problems with one image, with none and with several of several shapes.
/// </summary>
public sealed class FamilyCommandTests(UntrainedFamilies families) : IClassFixture<UntrainedFamilies>, IDisposable
{
    private const string Response = "The answer is 7.";

    private const string ThinkingTemplate =
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}";

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.Combine("lines.jsonl");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qwen2_vl", false)]
    [InlineData("qwen2_5_vl", false)]
    [InlineData("qwen3_vl", false)]
    [InlineData("qwen3_vl", true)]
    [InlineData("qwen3_vl_moe", false)]
    public async Task Every_command_takes_the_folder_and_what_a_run_makes_of_it(string family, bool thinks)
    {
        string model = thinks ? ThinkingVariantOf(family) : families.FolderOf(family);
        Tokenizer tokenizer = ModelFamilies.All.First(one => one.ModelType == family).LoadTokenizer(model);
        _folder.Write("lines.jsonl", string.Join('\n', UntrainedFamilies.Problems.Split('\n').Select(Answered)));
        string[] run =
            ["--model", model, "--data", Data, .. Set(UntrainedFamilies.Settings(family)), .. Set(["steps=1"])];

        Assert.Contains("peak: ", await OutputOfAsync(["doctor", "--plan", .. run]));

        await OutputOfAsync(
            "generate", "--model", model, "--input", Data, "--output", _folder.Combine("generated.jsonl"));
        TokenIds tokens = ModelFamilies.LoadConfig(model).Tokens;
        JsonNode[] generated = Lines("generated.jsonl");
        Assert.Equal(["one", "none", "two", "wide"], generated.Select(line => (string)line["id"]!));
        Assert.All(generated, line =>
        {
            int[] sampled = line["token_ids"]![0].Deserialize<int[]>()!;
            Assert.InRange(sampled.Length, 1, UntrainedModel.MaxResponseTokens);
            Assert.Empty(sampled.Intersect(tokens.NeverSampled));
        });

        string whole = _folder.Combine("whole/checkpoints/step-1");
        await OutputOfAsync(
        [
            "evolve", "--output", _folder.Combine("whole"), .. run,
            .. Set(["model.lora_rank=0", "model.lora_dropout=0"]),
        ]);
        Assert.Matches(
            @"\nall +4 ", await OutputOfAsync("eval", "--model", whole, "--data", Data, "--samples", "2"));

        // The run begins by comparing the server's log-probabilities with its own.
        await using (ServedModel server = await ServedModel.OfModelAsync(model, _folder.Path))
        {
            await OutputOfAsync(
            [
                "evolve", "--output", _folder.Combine("adapted"), .. run, .. server.Settings,
                .. Set(["model.train_vision=false"]),
            ]);
        }
        await OutputOfAsync("export", "--run", _folder.Combine("adapted"), "--output", _folder.Combine("merged"));

        Scores start = await ScoresOfAsync(model);
        Scores adapted = await ScoresOfAsync(_folder.Combine("adapted/checkpoints/step-1"));
        Scores merged = await ScoresOfAsync(_folder.Combine("merged"));
        Assert.InRange(Distance(start, adapted), 1e-3, 100);
        Assert.InRange(Distance(start, await ScoresOfAsync(whole)), 1e-3, 100);
        Assert.InRange(Distance(adapted, merged), 0, 1e-4);
        // Responses stand behind what the prompt has opened, of an exported folder as of the one that it comes from.
        string opened = thinks ? "assistant\n<think>\n" : "assistant\n";
        Assert.EndsWith(opened + Response, tokenizer.Decode(start.Tokens));
        Assert.Equal(start.Tokens, merged.Tokens);
    }

    // As published folders of Qwen3-VL differ between the two variants: by their template.
    private string ThinkingVariantOf(string family)
    {
        foreach (string file in Directory.EnumerateFiles(families.FolderOf(family)))
        {
            File.Copy(file, _folder.Write(Path.Combine("thinking", Path.GetFileName(file)), ""), overwrite: true);
        }
        _folder.Write("thinking/chat_template.jinja", ThinkingTemplate);
        return _folder.Combine("thinking");
    }

    // Of all lines, one after another.
    private async Task<Scores> ScoresOfAsync(string model)
    {
        string output = _folder.Combine("scores.jsonl");
        await OutputOfAsync("score", "--model", model, "--input", Data, "--output", output);
        JsonNode[] lines = Lines("scores.jsonl");
        Assert.Equal(4, lines.Length);
        return new Scores(
            [.. lines.SelectMany(line => line["token_ids"].Deserialize<int[]>()!)],
            [.. lines.SelectMany(line => line["log_probs"].Deserialize<double?[]>()!.Skip(1))]); // The first is null.
    }

    private static double Distance(Scores left, Scores right) =>
        left.LogProbs.Zip(right.LogProbs, (one, other) => Math.Abs(one!.Value - other!.Value)).Max();

    // A line that is a problem to some commands and a prompt to others.
    private static string Answered(string line)
    {
        JsonObject problem = JsonNode.Parse(line)!.AsObject();
        problem["answer"] = "7";
        problem["prompt"] = (string)problem["question"]!;
        problem["response"] = Response;
        return problem.ToJsonString();
    }

    private static async Task<string> OutputOfAsync(params string[] arguments)
    {
        RetraceProcess run = await RetraceInProcess.RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{arguments[0]}: {run.Error}");
        return run.Output;
    }

    private JsonNode[] Lines(string name) =>
        [.. File.ReadLines(_folder.Combine(name)).Select(line => JsonNode.Parse(line)!)];

    private static IEnumerable<string> Set(IEnumerable<string> settings) =>
        settings.SelectMany(setting => new[] { "--set", setting });

    private sealed record Scores(int[] Tokens, double?[] LogProbs);
}
