using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class AnswerGroupingTests
{
    private const string Form = "<think>…</think>";

    // The worked example of docs/method.md: 4 of 8 maternal answers and 25 of 40 retraced ones give 0.624796.
    [Fact]
    public void A_surviving_answer_is_lifted_and_the_form_counts_a_tenth()
    {
        string[] maternal = ["7", "7", "7", "7", "1", "2", "3", "4"];
        string[][] retraced = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, 5)
            .Select(j => (5 * i) + j < 25 ? "7.0" : "9").ToArray())];
        Assessed group = Assess(new RunConfiguration(), maternal, retraced);
        Assert.Equal((0.9 * 0.624796) + 0.1, group.Rewards[0], 6);
        // 1 of 48, and retracing never reached it: lowered.
        Assert.Equal((0.9 * 0.016667) + 0.1, group.Rewards[4], 6);
        Assert.Equal(0, group.Advantages.Sum(), 9);
        Assert.Equal(1, Math.Sqrt(group.Advantages.Sum(value => value * value) / 7), 4);
    }

    [Fact]
    public void The_released_rule_compares_answers_as_strings()
    {
        RunConfiguration released = new() { Reward = new RewardSettings { Rule = "released" } };
        string[] maternal = ["0.5", "0.5", "0.5", "0.5", "1/2", "1/2", "1/2", "1/2"];
        string[][] retraced = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Repeat("0.5", 5).ToArray())];
        Assessed group = Assess(released, maternal, retraced);
        Assert.Equal(1.0, group.Rewards[0], 12); // c_R / 40 in full, and the form.
        Assert.Equal(0.1, group.Rewards[4], 12); // The form alone.
        Assert.All(Assess(new RunConfiguration(), maternal, retraced).Rewards, reward => Assert.Equal(1.0, reward, 12));
    }

    [Fact]
    public void Without_softening_the_continuations_vote_too()
    {
        RunConfiguration vote = new()
        {
            Rollout = new RolloutSettings { Group = 3 },
            Reward = new RewardSettings { Rule = "majority" },
        };
        Assessed group = Assess(vote, ["5", "5", "6"], [["6"], ["6"], ["8"]]);
        Assert.Equal([0.1, 0.1, 1.0], group.Rewards);
    }

    [Fact]
    public void Votes_beyond_the_group_decide_but_are_not_trained_on()
    {
        RunConfiguration majority = new()
        {
            Method = "majority",
            Rollout = new RolloutSettings { Group = 3, VoteSamples = 7 },
        };
        Assessed group = Assess(majority, ["5", "5", "6", "6", "6", "6", "8"], []);
        Assert.Equal([0.1, 0.1, 1.0], group.Rewards);
        Assert.Equal(3, group.Maternal.Count);
        Assert.Empty(group.Measured.Retraced);
    }

    [Fact]
    public void The_label_is_measured_with_and_changes_no_reward()
    {
        string[] maternal = ["7", "7", "7", "1", "1", "2", "3", "4"];
        string[][] retraced = [.. maternal.Select(answer => Enumerable.Repeat(answer, 5).ToArray())];
        Assessed labeled = Assess(new RunConfiguration(), maternal, retraced, label: "1");
        Assessed unlabeled = Assess(new RunConfiguration(), maternal, retraced);
        Assert.Equal(unlabeled.Rewards, labeled.Rewards);
        Assert.Equal(unlabeled.Advantages, labeled.Advantages);
        Assert.Null(unlabeled.Measured.GoldClass);
        Assert.Equal(labeled.Measured.Maternal[3], labeled.Measured.GoldClass);
    }

    [Fact]
    public void Supervised_rewards_the_label()
    {
        RunConfiguration supervised = new() { Method = "supervised" };
        Assessed group = Assess(supervised, ["7", "7", "7", "\\frac12", "1", "2", "3", "4"], [], label: "0.5");
        Assert.Equal([0.1, 0.1, 0.1, 1.0, 0.1, 0.1, 0.1, 0.1], group.Rewards);
    }

    private static Assessed Assess(
        RunConfiguration configuration, string[] maternal, string[][] retraced, string? label = null)
    {
        Dictionary<string, string> labels = label is null ? [] : new() { ["p"] = label };
        IRewardRule rule = Method.Of(configuration).Rule;
        PreparedProblem problem = new(new Problem("p", "?", []), [], [], [1]);
        Trajectory[] sampled = [.. maternal.Select(answer => new Trajectory(
            new Generation([1], [-1], [0.5f], [], Stopped: true), $"{Form}\\boxed{{{answer}}}", answer))];
        Retracing[][] retracings = retraced.Length == 0
            ? []
            : [[.. retraced.Select(answers => new Retracing([0], new([]), [], answers, answers))]];
        SampledGroup group = Assert.Single(
            new AnswerGrouping(
                rule,
                configuration.Rollout.Group,
                new TrajectoryEvidence(rule, new BoxedExtraction(), _ => "", configuration.Seed),
                labels)
                .Of(1, [problem], [sampled], retracings, [new SideSamples()]));
        TrajectoryRewards rewarding = new(
            rule, configuration.Reward.FormatWeight, GroupAdvantages.Parse(configuration.Learning.Advantage));
        double[] rewards = rewarding.Of(group.Answers, group.AreFormatted);
        return new Assessed(group.Maternal, group.Measured, rewards, Assert.Single(rewarding.Advantages([rewards], [group.Answers])));
    }

    private sealed record Assessed(
        IReadOnlyList<Trajectory> Maternal, AnswerGroup Measured, double[] Rewards, double[] Advantages);
}
