using System.Text.Json;
using Retrace.Configuration;
using Retrace.Evaluation.Grading;
using Retrace.Rewards;
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

    // A Thinking variant's responses begin behind the tag.
    [Fact]
    public void What_the_prompt_has_begun_the_responses_with_counts_for_the_form()
    {
        string behind = Line.Replace("<think>", "");
        Assert.Equal([0.45, 0.45, 0.225, 0], Rewards(behind));
        Assert.Equal(
            [0.55, 0.55, 0.325, 0], Rewards(behind.Replace("\"maternal\"", "\"opening\":\"<think>\\n\",\"maternal\"")));
        Assert.Equal(
            $"{_folder.Combine("responses.jsonl")}, line 1: \"opening\" must be text: what the prompt has begun the responses with",
            Assert.Throws<BadInputException>(() => Rewards("""{"maternal":["a"],"opening":1}""")).Message);

        IEnumerable<double> Rewards(string line) =>
            Rewarded(new ResponseRewarding("srt-soft", new RunConfiguration()), line)
                .GetProperty("rewards").EnumerateArray().Select(reward => Math.Round(reward.GetDouble(), 12));
    }

    // The examples of docs/rules.md and of the rules themselves, out of a file. The third distances are from A, A and B, then
    // from an answer that is none.
    [Theory]
    [InlineData("entropy", "\"entropies\":[0.5,1.25,0,2]", new[] { -0.5, -1.25, 0, -2 })]
    [InlineData("self-certainty", "\"self_certainties\":[3,2,1,0]", new[] { 3.0, 2, 1, 0 })]
    [InlineData(
        "covo",
        "\"distances\":[[[1,9,2,7],[3,9,2,7],[1,9,2,7]],[[1,9,2,7],[1,9,4,7]],[[2,9,1,7]],[]]",
        new[] { 0.789350, 0.789350, 1, 0 })]
    public void What_another_stack_has_measured_is_read(string rule, string field, double[] expected)
    {
        const string Maternal = """ "maternal":["\\boxed{1}","\\boxed{1.0}","\\boxed{2}","nothing"]""";
        JsonElement line = Rewarded(rule, $"{{{Maternal},{field}}}");
        Assert.Equal(
            expected, line.GetProperty("rewards").EnumerateArray().Select(reward => Math.Round(reward.GetDouble(), 6)));
    }

    // One answer alone is nearer than no other.
    [Fact]
    public void Distances_from_a_single_answer_pay_nothing() => Assert.Equal(
        "[0,0]",
        Rewarded("covo", """{"maternal":["\\boxed{1}","\\boxed{1}"],"distances":[[[1,2]],[[1,2]]]}""")
            .GetProperty("rewards").GetRawText());

    [Fact]
    public void Every_rule_rewards_a_file_that_holds_what_it_reads()
    {
        const string Line = """
            {"maternal":["\\boxed{1}","\\boxed{2}"],"retraced":[["\\boxed{1}"],["\\boxed{1}"]],"blind":["\\boxed{2}"],"start":["\\boxed{1}"],
            "teacher":["\\boxed{1}"],"rephrased":["\\boxed{1}"],"confidences":[1,2],"judgements":[1,0],"entropies":[1,2],"self_certainties":[1,2],
            "distances":[[[1,2]],[[1,2]]],"answer":"1"}
            """;
        Assert.All(RewardRules.Names, rule => Assert.Equal(
            2, Rewarded(rule, Line.ReplaceLineEndings("")).GetProperty("rewards").GetArrayLength()));
    }

    private JsonElement Rewarded(bool explains) => Rewarded(
        new ResponseRewarding("srt-soft", new RunConfiguration()) { Explains = explains }, Line);

    private JsonElement Rewarded(string rule, string line) => Rewarded(
        new ResponseRewarding(rule, new RunConfiguration { Reward = new RewardSettings { FormatWeight = 0 } }), line);

    private JsonElement Rewarded(ResponseRewarding rewarding, string line)
    {
        string output = _folder.Combine("rewards.jsonl");
        rewarding.RewardFile(_folder.Write("responses.jsonl", line), output, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(File.ReadAllText(output)).RootElement;
    }
}
