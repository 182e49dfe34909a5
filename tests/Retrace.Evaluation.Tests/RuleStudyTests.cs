using Retrace.Configuration;
using Retrace.Evaluation.RuleStudies;
using Retrace.Rewards;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests;

public sealed class RuleStudyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Two problems of four responses: the vote is right for the first and wrong for the second, where retracing finds the right one.
    private const string Lines = """
        {"maternal":["\\boxed{1}","\\boxed{1}","\\boxed{1}","\\boxed{2}"],"retraced":[["\\boxed{1}"],["\\boxed{1}"],["\\boxed{1}"],["\\boxed{1}"]],"answer":"1"}
        {"maternal":["\\boxed{5}","\\boxed{5}","\\boxed{5}","\\boxed{6}"],"retraced":[["\\boxed{6}"],["\\boxed{7}"],["\\boxed{8}"],["\\boxed{6}"]],"answer":"6"}
        """;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_vote_loses_the_problem_that_survival_rescues()
    {
        RuleStudy study = Study(Lines, "srt-soft", "survival", "supervised");
        RuleResult vote = study.Rules[0];
        Assert.Equal((2, 1, 1), (vote.Groups, vote.VoteRight, vote.VoteWrong));
        Assert.Equal((0.0, 0.0), (vote.Rescued, vote.Lost));
        Assert.Equal((1.0, 0.0), (study.Rules[1].Rescued, study.Rules[1].Lost));
        Assert.Equal((1.0, 0.0), (study.Rules[2].Rescued, study.Rules[2].Lost));
        Assert.Equal(1, study.Rules[2].Within!.Value, 1e-12);

        // p(a) minus its mean is 1/8 (three times) and −3/8 in both problems; being right minus its mean is 1/4 and −3/4, then −1/4 and 3/4:
        // the products cancel.
        Assert.Equal(0, vote.Within!.Value, 1e-12);
        Assert.Equal(1, study.Agreement[1][1]!.Value, 1e-12);
        Assert.Equal(study.Agreement[0][1], study.Agreement[1][0]);
    }

    // Group-std: advantages of (1, 1, 1, 0) are 0.5 (three times) and −1.5; a supervised pull is 3 · 0.5 / 4 and, of (0, 0, 0, 1), 1.5 / 4.
    [Fact]
    public void The_pull_is_the_advantage_of_right_answers()
    {
        RuleResult supervised = Study(Lines, "supervised").Rules[0];
        Assert.Equal(0.375, supervised.Pull!.Value, 1e-5);
        Assert.Equal(-0.0, Study(Lines, "srt-soft").Rules[0].Pull!.Value, 1e-5); // +0.375 and −0.375
    }

    [Fact]
    public void What_a_rule_lacks_is_named_and_groups_without_spread_are_counted()
    {
        RuleStudy study = Study(
            """{"maternal":["\\boxed{1}","\\boxed{1}"]}""", "srt-soft", "survival", "entropy", "grounded");
        Assert.Equal(1.0, study.Rules[0].WithoutSpread);
        Assert.Null(study.Rules[0].Within);
        Assert.Equal((0, "\"retraced\", continuations of each response"), (study.Rules[1].Groups, study.Rules[1].Lacks));
        Assert.Equal((0, "\"entropies\", a number for each response"), (study.Rules[2].Groups, study.Rules[2].Lacks));
        Assert.Equal(0, study.Rules[3].Groups);
        Assert.StartsWith("\"blind\", responses", study.Rules[3].Lacks);
    }

    [Fact]
    public void What_other_models_said_is_read_from_the_line()
    {
        const string Line = """
            {"maternal":["\\boxed{1}","\\boxed{1}","\\boxed{2}"],"start":["\\boxed{1}","\\boxed{3}"],"teacher":["\\boxed{2}"],"rephrased":["\\boxed{1}","\\boxed{2}","\\boxed{2}"],"confidences":[1,1,9],"judgements":[1,0,0.5],"answer":"2"}
            """;
        string[] rules = ["scope", "actor-judge", "co-rewarding-ii", "co-rewarding-i", "self-harmony", "restrain", "covo", "random"];
        RuleStudy study = Study(Line, rules);
        Assert.All(study.Rules.Where(rule => rule.Rule != "covo"), rule => Assert.Equal((1, null), (rule.Groups, rule.Lacks)));
        Assert.StartsWith("\"distances\", a list of steps", study.Rules[6].Lacks);
        Assert.Equal((1.0, 1.0), (study.Rules[2].Rescued, study.Rules[3].Rescued)); // 2, where the vote is 1.
        Assert.Equal(0.0, study.Rules[4].Rescued); // Harmonic means 4/9 of 1 and 2 · 1/3 · 2/3 = 4/9 of 2: the first.
        Assert.Equal(study.Rules[7], Study(Line, "random").Rules[0]); // Whoever else reads random numbers.

        RuleStudy bare = Study("""{"maternal":["\\boxed{1}","\\boxed{2}"]}""", [.. rules[..6]]);
        Assert.Equal(
            [
                "\"confidences\", a number for each response", "\"judgements\", a number from 0 to 1 for each response",
                "\"teacher\", responses of the averaged teacher", "\"rephrased\", responses to the question in other words",
                "\"rephrased\", responses to the question in other words", null,
            ],
            bare.Rules.Select(rule => rule.Lacks));
    }

    [Theory]
    [InlineData("\"judgements\":[0.5]", "\"judgements\" must be a list of numbers from 0 to 1, one for each of the 2 maternal responses")]
    [InlineData("\"judgements\":[0.5,1.5]", "\"judgements\" must be a list of numbers from 0 to 1, one for each")]
    [InlineData("\"confidences\":[1,\"2\"]", "\"confidences\" must be a list of numbers, one for each")]
    [InlineData("\"teacher\":[1]", "\"teacher\" must be a list of responses")]
    [InlineData("\"entropies\":[1]", "\"entropies\" must be a list of numbers from 0 to 1000, one for each of the 2 maternal responses")]
    [InlineData("\"distances\":[[[1,2]]]", "\"distances\" must hold one list of steps for each of the 2 maternal responses")]
    [InlineData("\"distances\":[[[1,2]],[1]]", "\"distances\" must hold one list of steps for each of the 2 maternal responses")]
    [InlineData("\"distances\":[[[1,2]],[[1]]]", "\"distances\" must hold for each step of a response 2 numbers above 0")]
    [InlineData("\"distances\":[[[1,2]],[[0,1]]]", "\"distances\" must hold for each step of a response 2 numbers above 0")]
    [InlineData("\"distances\":[]", "\"distances\" must hold for each step of a response 2 numbers above 0")]
    public void A_field_of_another_kind_is_named(string field, string reason) => Assert.Contains(
        $"line 1: {reason}",
        Assert.Throws<BadInputException>(() => Study($"{{\"maternal\":[\"a\",\"b\"],{field}}}", "srt-soft")).Message);

    [Fact]
    public void What_does_not_fit_together_is_named() => Assert.Contains(
        "line 1: Survival needs continuations; the group has none.",
        Assert.Throws<BadInputException>(() => Study(
            """{"maternal":["\\boxed{1}","\\boxed{2}"],"retraced":[[],[]]}""", "survival")).Message);

    [Fact]
    public void Samples_that_hold_nothing_are_refused_and_so_is_a_scale_that_needs_them_all()
    {
        Assert.Contains("no answers", Assert.Throws<BadInputException>(() => Study("\n", "srt-soft")).Message);
        BadInputException scale = Assert.Throws<BadInputException>(() => RuleStudy.Of(
            _folder.Write("a.jsonl", Lines),
            ["srt-soft"],
            new RunConfiguration { Learning = new LearningSettings { Advantage = "batch-std" } },
            TestContext.Current.CancellationToken));
        Assert.Contains("batch-std", scale.Message);
    }

    // Of forty groups no more than the one being read and the one before are ever in memory.
    [Fact]
    public void Groups_are_let_go_of_as_they_are_read()
    {
        List<WeakReference> read = [];
        int mostAlive = 0;
        string lines = string.Join('\n', Enumerable.Repeat(Lines, 20));
        StoredGroup.Read(_folder.Write("a.jsonl", lines), new RunConfiguration(), stored =>
        {
            read.Add(new WeakReference(stored));
            GC.Collect();
            mostAlive = Math.Max(mostAlive, read.Count(one => one.IsAlive));
        });
        Assert.Equal(40, read.Count);
        Assert.InRange(mostAlive, 1, 2);
    }

    private RuleStudy Study(string lines, params string[] rules) => RuleStudy.Of(
        _folder.Write("a.jsonl", lines),
        rules,
        new RunConfiguration { Reward = new RewardSettings { FormatWeight = 0 } },
        TestContext.Current.CancellationToken);
}
