using System.Text.Json;
using Retrace.Rewards;

namespace Retrace.EndToEnd.Tests;

/// <summary>The commands that need answers and no model.</summary>
public sealed class GradingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Answers_are_graded_as_a_reader_of_mathematics_would()
    {
        string input = Write("answers.jsonl", """
            {"gold": "1/2", "pred": "\\frac12"}
            {"id": "b", "gold": 0.5, "pred": "50%"}
            {"id": 3, "gold": "1/3", "pred": "0.333", "other": []}

            {"gold": "x = 3", "pred": "<think>\\boxed{4}?</think> So \\boxed{3}."}
            {"gold": "#### \\boxed{12}", "pred": 12}
            {"gold": "1", "pred": null}
            {"gold": "\frac{7}{8}", "pred": "We get \\fbox{\\frac{7}{8}}"}
            {"gold": "C", "pred": "\\boxed{(C) or (D)}"}
            """);
        string output = Path.Combine(_folder, "grades.jsonl");
        RetraceProcess graded = await RetraceInProcess.RunAsync("grade", "--input", input, "--output", output);
        Assert.Equal((0, "", ""), (graded.ExitCode, graded.Output, graded.Error));
        Assert.Equal(
            [
                """{"equal":true}""",
                """{"id":"b","equal":true}""",
                """{"id":3,"equal":false}""",
                """{"equal":true}""",
                """{"equal":true}""",
                """{"equal":false}""",
                """{"equal":true}""",
                """{"equal":false}""",
            ],
            File.ReadLines(output));
    }

    [Theory]
    [InlineData("{\"gold\": \"1\"}", "expected \"pred\", an answer as text or a number")]
    [InlineData("{\"gold\": \"1\", \"pred\": [1]}", "expected \"pred\", an answer as text or a number")]
    [InlineData("{\"gold\": null, \"pred\": \"1\"}", "expected \"gold\", an answer as text or a number")]
    [InlineData("{\"id\": {}, \"gold\": \"1\", \"pred\": \"1\"}", "\"id\" must be text or a number")]
    [InlineData("7", "expected a JSON object, such as {\"gold\": …, \"pred\": …}")]
    public async Task A_line_that_cannot_be_graded_is_named_and_nothing_is_written(string line, string reason)
    {
        string input = Write("answers.jsonl", "{\"gold\": \"1\", \"pred\": \"1\"}\n" + line + "\n");
        string output = Path.Combine(_folder, "grades.jsonl");
        RetraceProcess refused = await RetraceInProcess.RunAsync("grade", "--input", input, "--output", output);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Equal($"retrace: {input}, line 2: {reason}{Environment.NewLine}", refused.Error);
        Assert.False(File.Exists(output));
    }

    // Eight answers, four times 7, and of 40 continuations 25 with 7: f_base = 29/48, f_r = 25/40, sfr = 0.624796.
    [Fact]
    public async Task A_surviving_answer_earns_its_softened_frequency()
    {
        string[] maternal = [.. ((string[])["7", "7", "7.0", "14/2", "1", "2", "3"]).Select(Formed), "no answer"];
        string[][] retraced =
            [.. Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, 5)
                .Select(j => Formed(5 * i + j < 25 ? "7" : "9")).ToArray())];
        JsonElement line = Assert.Single(await RewardAsync("sfr", [Line(new { id = "p", maternal, retraced })]));

        Assert.Equal("p", line.GetProperty("id").GetString());
        Assert.Equal(
            ["7", "7", "7.0", "14/2", "1", "2", "3", null], line.GetProperty("answers").Deserialize<string?[]>()!);
        double[] rewards = Numbers(line, "rewards");
        Assert.All(rewards[..4], reward => Assert.Equal(0.9 * 0.624796 + 0.1, reward, 6));
        Assert.All(rewards[4..7], reward => Assert.Equal(0.9 * 0.016667 + 0.1, reward, 6));
        Assert.Equal(0, rewards[7]);
        Assert.False(line.TryGetProperty("parts", out _));
        double[] advantages = Numbers(line, "advantages");
        Assert.Equal(0, advantages.Sum(), 9);
        Assert.Equal(1, Math.Sqrt(advantages.Sum(value => value * value) / 7), 4);

        line = Assert.Single(await RewardAsync(
            "sfr",
            [Line(new { maternal, retraced })],
            "--set", "reward.format_weight=0", "--set", "reward.gamma=0.5", "--set", "learn.advantage=group-mean", "--explain"));
        rewards = Numbers(line, "rewards");
        Assert.Equal(29.0 / 48 * (1 + 0.5 * Math.Tanh(5.0 / 29)), rewards[0], 12);
        Assert.Equal(rewards.Select(reward => reward - rewards.Average()), Numbers(line, "advantages"));
        JsonElement[] parts = [.. line.GetProperty("parts").EnumerateArray()];
        Assert.Equal(
            ["share of both rounds", "share of the continuations"], parts.Select(part => part.GetProperty("name").GetString()));
        Assert.Equal([29.0 / 48, 0.625], parts.Select(part => part.GetProperty("values")[0].GetDouble()));
    }

    [Fact]
    public async Task Each_rule_reads_what_it_needs_of_a_line()
    {
        string[] maternal = [.. ((string[])["1", "1", "2"]).Select(Formed)];
        string[][] retraced = [.. ((string[][])[["1", "2"], ["1", "1"], ["2", "3"]])
            .Select(list => list.Select(Formed).ToArray())];
        string plain = Line(new { maternal, answer = 2 });
        string whole = Line(new { maternal, retraced, anchors = (int[][])[[0, 1], [0, 1], [0, 1]] });

        await AssertRewardsAsync("majority", plain, 1, 1, 0);
        await AssertRewardsAsync("supervised", plain, 0, 0, 1);
        await AssertRewardsAsync("sfr", plain, 2 / 3.0, 2 / 3.0, 1 / 3.0);
        await AssertRewardsAsync("majority", whole, 1, 1, 0);
        await AssertRewardsAsync("released", whole, 1.2 * 3 / 9, 1.2 * 3 / 9, 1.2 * 2 / 9);
        // d = 2, 1, 2 of k + 1 = 3.
        await AssertRewardsAsync(
            "consistency", whole, (0.2 * 2 / 3 + 0.7) / 0.9, 1, 0.2 * 2 / 3 / 0.9);
        // Position 0 says 1, 1, 2 and position 1 says 2, 1, 3, which is the more uncertain: 1 has 1/3 there and 5/9 in
        // all, 2 has 1/3 there and in all.
        await AssertRewardsAsync("max-entropy-anchor", whole, 0.9 * 5 / 9, 0.9 * 5 / 9, 1 / 3.0);
        // Survivors 1 and 2 of 2 and 2 for answer 1, 1 of 2 for answer 2, 4 of 6 in all.
        await AssertRewardsAsync(
            "survival", whole, Survival(3, 4, 5), Survival(3, 4, 5), Survival(1, 2, 3));

        double Survival(int survivors, int continuations, int occurrences)
        {
            double frequency = occurrences / 9.0;
            double survival = (survivors + 2 * 4 / 6.0) / (continuations + 2);
            return 0.5 * frequency + 0.5 * (survival - frequency) / (1 - frequency);
        }
    }

    [Fact]
    public async Task The_file_is_the_batch_that_advantages_are_scaled_by()
    {
        JsonElement[] lines = await RewardAsync(
            "majority",
            [
                Line(new { maternal = (string[])[Formed("1"), Formed("1"), Formed("2"), Formed("3")] }),
                Line(new { maternal = (string[])[Formed("1"), Formed("1"), Formed("1"), Formed("2")] }),
            ],
            "--set", "learn.advantage=batch-std", "--set", "reward.format_weight=0");
        // Distances ±1/2, and 1/4 and −3/4: their squares add up to 7/4, so the std over 8 is 1/2.
        Assert.Equal([1, 1, -1, -1], Numbers(lines[0], "advantages").Select(value => Math.Round(value, 5)));
        Assert.Equal([0.5, 0.5, 0.5, -1.5], Numbers(lines[1], "advantages").Select(value => Math.Round(value, 5)));
    }

    [Theory]
    [InlineData("sfr", "{\"maternal\": []}", "expected \"maternal\", a list of at least one response")]
    [InlineData("sfr", "{\"maternal\": [\"a\", 1]}", "expected \"maternal\", a list of at least one response")]
    [InlineData(
        "sfr",
        "{\"maternal\": [\"a\", \"b\"], \"retraced\": [[\"a\"]]}",
        "\"retraced\" must hold one list of responses for each of the 2 maternal responses")]
    [InlineData(
        "sfr",
        "{\"maternal\": [\"a\"], \"retraced\": [\"a\"]}",
        "\"retraced\" must hold one list of responses for each of the 1 maternal responses")]
    [InlineData(
        "max-entropy-anchor",
        "{\"maternal\": [\"a\"], \"retraced\": [[\"a\"]], \"anchors\": [[1, 2]]}",
        "The max-entropy-anchor reward needs the anchor position of each continuation; there are 2 for 1.")]
    [InlineData("survival", "{\"maternal\": [\"a\"]}", "the survival reward needs \"retraced\", continuations of each response")]
    [InlineData("supervised", "{\"maternal\": [\"a\"]}", "the supervised reward needs \"answer\", text or a number")]
    [InlineData("entropy", "{\"maternal\": [\"a\"]}", "the entropy reward needs \"entropies\", a number for each response")]
    public async Task A_line_that_cannot_be_rewarded_is_named(string reward, string line, string reason)
    {
        string input = Write("responses.jsonl", line + "\n");
        string output = Path.Combine(_folder, "rewards.jsonl");
        RetraceProcess refused = await RetraceInProcess.RunAsync(
            "reward", "--input", input, "--output", output, "--reward", reward);
        Assert.Equal(
            (2, "", $"retrace: {input}, line 1: {reason}{Environment.NewLine}"),
            (refused.ExitCode, refused.Output, refused.Error));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public Task A_rule_that_is_not_known_is_refused_with_those_that_are() => AssertRefusedAsync(
        "vote", $"There is no reward rule \"vote\"; known are {string.Join(", ", RewardRules.Names)}.");

    [Fact]
    public async Task Answers_without_a_box_count_where_that_is_asked_for()
    {
        string line = Line(new { maternal = (string[])["The answer is 7.", "So it is 7 or 8."] });
        JsonElement boxed = Assert.Single(await RewardAsync("majority", [line]));
        Assert.Equal([null, null], boxed.GetProperty("answers").Deserialize<string?[]>()!);
        JsonElement lenient = Assert.Single(
            await RewardAsync("majority", [line], "--set", "reward.extraction=lenient"));
        Assert.Equal(["7", null], lenient.GetProperty("answers").Deserialize<string?[]>()!);
    }

    private static async Task AssertRefusedAsync(string reward, string sentence)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(
            "reward", "--input", "none", "--output", "none", "--reward", reward);
        Assert.Equal((2, $"retrace: {sentence}{Environment.NewLine}"), (refused.ExitCode, refused.Error));
    }

    private async Task AssertRewardsAsync(string reward, string line, params double[] expected)
    {
        JsonElement rewarded = Assert.Single(await RewardAsync(reward, [line], "--set", "reward.format_weight=0"));
        Assert.Equal(
            expected.Select(value => Math.Round(value, 12)),
            Numbers(rewarded, "rewards").Select(value => Math.Round(value, 12)));
    }

    private async Task<JsonElement[]> RewardAsync(string reward, string[] lines, params string[] options)
    {
        string input = Write("responses.jsonl", string.Join('\n', lines));
        string output = Path.Combine(_folder, "rewards.jsonl");
        RetraceProcess rewarded = await RetraceInProcess.RunAsync(
            ["reward", "--input", input, "--output", output, "--reward", reward, .. options]);
        Assert.Equal((0, "", ""), (rewarded.ExitCode, rewarded.Output, rewarded.Error));
        return [.. File.ReadLines(output).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string Formed(string answer) => $"<think>…</think>\\boxed{{{answer}}}";

    private static string Line(object line) => JsonSerializer.Serialize(line);

    private static double[] Numbers(JsonElement line, string name) => line.GetProperty(name).Deserialize<double[]>()!;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
