using System.Text.Json;
using Retrace.Configuration;
using Retrace.Evaluation.Grading;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests;

public sealed class ResponseRewardingTests : IDisposable
{
    // Answers 1, 1, 2 and none, of which the last lacks the asked form: with a format weight of 0.1 rewards of 0.9 · score + 0.1.
    private const string Line = """
        {"id":"p","maternal":["<think>a</think> \\boxed{1}","<think>b</think> \\boxed{1}","<think>c</think> \\boxed{2}","nothing"]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_says_what_its_rewards_are_made_of_if_it_is_asked()
    {
        JsonElement line = Rewarded(explains: true);
        Assert.Equal("share of the samples", line.GetProperty("formula").GetString());
        JsonElement[] parts = [.. line.GetProperty("parts").EnumerateArray()];
        Assert.Equal(
            ["share of the samples", "score", "asked form"], parts.Select(part => part.GetProperty("name").GetString()));
        Assert.Equal(
            ["[0.5,0.5,0.25,null]", "[0.5,0.5,0.25,0]", "[1,1,1,0]"],
            parts.Select(part => part.GetProperty("values").GetRawText()));
        Assert.Equal(
            [0.55, 0.55, 0.325, 0],
            line.GetProperty("rewards").EnumerateArray().Select(reward => Math.Round(reward.GetDouble(), 12)));
    }

    [Fact]
    public void A_line_has_answers_rewards_and_advantages_alone_if_it_is_not() => Assert.Equal(
        ["id", "answers", "rewards", "advantages"],
        Rewarded(explains: false).EnumerateObject().Select(field => field.Name));

    private JsonElement Rewarded(bool explains)
    {
        string output = _folder.Combine("rewards.jsonl");
        new ResponseRewarding("srt-soft", new RunConfiguration()) { Explains = explains }.RewardFile(
            _folder.Write("responses.jsonl", Line), output, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(File.ReadAllText(output)).RootElement;
    }
}
