using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Rewards;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class ComparisonPlanTests
{
    private static readonly string[] Shared = ["steps=7", "rollout.group=8", "learn.kl=0.5"];

    [Fact]
    public void Every_method_that_has_a_name_can_be_resolved_and_shares_the_rest()
    {
        ComparisonPlan plan = Plan("all");
        Assert.Equal(Variants.BuiltIn, plan.Methods);
        Assert.Equal("majority", plan.Baseline);
        foreach (Variant method in plan.Methods.Where(method => method.BudgetOf is null))
        {
            RunConfiguration configuration = plan.ConfigurationOf(method, seed: 3, []);
            Assert.Equal((3, 7, 0.5), (configuration.Seed, configuration.Steps, configuration.Learning.Kl));
        }
        Assert.Equal("majority", Of(plan, "csrs-no-sfr").Reward.Rule);
        Assert.Equal(0, Of(plan, "csrs-no-rrm").Retracing.Samples);
        Assert.Equal("none", Of(plan, "csrs-no-vsp").Retracing.Perturbation);
        Assert.Equal(
            ("survival", "batch-std"),
            (Of(plan, "csrs-survival-batch-std").Reward.Rule, Of(plan, "csrs-survival-batch-std").Learning.Advantage));
    }

    [Fact]
    public void Votes_make_up_for_the_tokens_that_csrs_spent_with_the_same_seed()
    {
        ComparisonPlan plan = Plan("majority-budget,csrs");
        Assert.Equal(["csrs", "majority-budget"], plan.InOrderOfRuns.Select(method => method.Name));
        // 200 tokens of maternal rounds and 350 of retracing: 8 · 550 / 200 = 22.
        Outcome csrs = SyntheticOutcome.Of(
            "csrs", 3, 0, 0, SyntheticOutcome.Step(1, null, 120, 150), SyntheticOutcome.Step(2, null, 80, 200));
        RunConfiguration budget = plan.ConfigurationOf(plan.Methods[0], 3, [csrs]);
        Assert.Equal(("majority", 22), (budget.Method, budget.Rollout.VoteSamples));
    }

    [Fact]
    public void Votes_can_make_up_for_the_tokens_of_any_method()
    {
        Variant budget = Plan("majority-budget-grounded-vote,grounded-vote").Methods[0];
        Assert.Equal(("majority-budget-grounded-vote", "grounded-vote"), (budget.Name, budget.BudgetOf));
        Assert.Contains(
            "add elsewhere to --methods",
            Assert.Throws<BadInputException>(() => Plan("majority-budget-elsewhere,csrs")).Message);
    }

    [Fact]
    public void Votes_make_up_for_samples_or_for_seconds_too()
    {
        ComparisonPlan plan = Plan("majority-seconds,majority-samples,csrs,majority");
        Assert.Equal(
            ["csrs", "majority", "majority-samples", "majority-seconds"], plan.InOrderOfRuns.Select(method => method.Name));
        Assert.True(plan.ComparesSeconds);
        Assert.False(Plan("majority-samples,csrs,majority").ComparesSeconds);
        Outcome csrs = Lasting("csrs", 20);
        Outcome few = Lasting("majority", 10);
        Outcome many = Lasting("majority-samples", 18);
        Assert.Equal(48, Votes("majority-samples")); // 8 · (1 + 5).
        Assert.Equal(58, Votes("majority-seconds")); // 8 + 40 · (20 − 10) / (18 − 10).
        // No fewer than the group.
        csrs = Lasting("csrs", 8);
        Assert.Equal(8, Votes("majority-seconds"));
        // As many as were seen to cost nothing.
        csrs = Lasting("csrs", 20);
        many = Lasting("majority-samples", 10);
        Assert.Equal(48, Votes("majority-seconds"));

        int Votes(string method) => plan.ConfigurationOf(
            plan.Methods.Single(one => one.Name == method), 3, [csrs, few, many]).Rollout.VoteSamples!.Value;

        static Outcome Lasting(string method, double seconds) =>
            SyntheticOutcome.Of(method, 3, 0, 0, SyntheticOutcome.Step(1, seconds: seconds));
    }

    [Theory]
    [InlineData("csrs", 48)]
    [InlineData("csrs-no-rrm", 8)]
    [InlineData("csrs-no-sfr", 48)]
    public void A_method_takes_so_many_samples_of_a_problem(string method, int samples) =>
        Assert.Equal(samples, VoteBudget.SamplesOf(Of(Plan(method), method)));

    // Groups of 8, five continuations of each: with retracing 48. Of the rules that ask for a round of their own, eight samples
    // of the round, and one for the other words of a question.
    [Fact]
    public void Every_sample_that_a_rule_asks_for_is_counted()
    {
        Dictionary<string, int> expected = new()
        {
            ["sfr"] = 48,
            ["survival"] = 48,
            ["consistency"] = 48,
            ["released"] = 48,
            ["max-entropy-anchor"] = 48,
            ["majority"] = 48,
            ["chain"] = 48,
            ["dual-consensus"] = 48,
            ["grounded"] = 56,
            ["grounded-vote"] = 56,
            ["entropy"] = 8,
            ["self-certainty"] = 8,
            ["supervised"] = 8,
            ["random"] = 8,
            ["srt"] = 8,
            ["srt-soft"] = 8,
            ["empo"] = 8,
            ["ttrv"] = 8,
            ["evolmm"] = 8,
            ["scope"] = 8,
            ["covo"] = 8, // Distances are measured, not sampled.
            ["restrain"] = 16, // The start model.
            ["co-rewarding-ii"] = 16, // The teacher.
            ["actor-judge"] = 16, // A judgement of each response.
            ["co-rewarding-i"] = 17,
            ["self-harmony"] = 17,
        };
        Assert.Equal(
            RewardRules.Names.Order(), expected.Keys.Order()); // A new rule needs a number here.
        Assert.All(expected, rule => Assert.Equal(
            (rule.Key, rule.Value), (rule.Key, VoteBudget.SamplesOf(Resolved("method=csrs", $"reward.rule={rule.Key}")))));
        Assert.All(
            expected.Where(rule => Method.Names.Contains(rule.Key) && rule.Value != 48),
            rule => Assert.Equal((rule.Key, rule.Value), (rule.Key, VoteBudget.SamplesOf(Resolved($"method={rule.Key}")))));
        Assert.Equal(8, VoteBudget.SamplesOf(Resolved("method=majority")));
        Assert.Equal(20, VoteBudget.SamplesOf(Resolved("method=majority", "rollout.vote_samples=20")));
        Assert.Equal(
            21, VoteBudget.SamplesOf(Resolved("reward.rule=grounded", "retrace.samples=1", "retrace.blind_samples=5")));

        static RunConfiguration Resolved(params string[] settings) => ConfigurationLayers.Resolve(null, null, [.. Shared, .. settings]);
    }

    [Theory]
    [InlineData("csrs", 20)]          // 8 · (1 + 5 · 0.3).
    [InlineData("csrs-no-rrm", 8)]
    [InlineData("grounded-vote", 36)] // 8 · (1 + 0.9 + 0.7 + 0.5 + 0.3 + 0.1), and eight with the picture blanked.
    public void Votes_that_are_expected_to_come_to_the_tokens_of_a_run(string method, int votes) =>
        Assert.Equal(votes, VoteBudget.Expected(Of(Plan(method), method)));

    [Theory]
    [InlineData("csrs,majority-seconds", null, "majority-seconds spends as many seconds as csrs", "add majority to --methods")]
    [InlineData("csrs,majority,majority-seconds", null, "majority-seconds spends", "add majority-samples to --methods")]
    [InlineData("majority-budget", null, "majority-budget spends as many tokens as csrs", "add csrs to --methods")]
    [InlineData(
        "csrs,majority,majority-samples,majority-budget-majority-samples", null,
        "majority-budget-majority-samples would match majority-samples, which matches another method itself",
        "such as majority-budget-csrs")]
    [InlineData("csrs,majority-budget-majority-budget-csrs", null, "would match majority-budget-csrs, which")]
    [InlineData("csrs,random", "entropy", "--baseline is entropy", "one of the methods compared: csrs, random")]
    [InlineData("csrs,crss", null, "no method \"crss\"; did you mean \"csrs\"?", "supervised, random, all, every reward rule that needs no continuations, and csrs-RULE for every other")]
    public void What_makes_no_plan_is_refused(string methods, string? baseline, params string[] fragments)
    {
        string complaint = Assert.Throws<BadInputException>(() => Plan(methods, baseline)).Message;
        Assert.All(fragments, fragment => Assert.Contains(fragment, complaint));
    }

    [Theory]
    [InlineData("mine:learn.kll=1", "method mine: --set learn.kll=1: unknown key", "did you mean \"learn.kl\"?")]
    [InlineData("mine:steps=3", "method mine changes seed, steps, epochs or a setting of data")]
    [InlineData("mine:data.batch=3", "method mine changes")]
    [InlineData("csrs:learn.kl=0", "there is a method of that name already")]
    public void A_variant_that_cannot_be_compared_is_refused(string variant, params string[] fragments)
    {
        string complaint =
            Assert.Throws<BadInputException>(() => Plan("csrs", null, Variant.Parse(variant))).Message;
        Assert.All(fragments, fragment => Assert.Contains(fragment, complaint));
    }

    [Fact]
    public void Own_variants_come_behind_the_list_unless_it_names_them()
    {
        Variant[] own = [Variant.Parse("late:retrace.keep_rate=0.9"), Variant.Parse("hot:rollout.temperature=1.2")];
        Assert.Equal(["hot", "csrs", "late"], Variants.Choose("hot, csrs", own).Select(method => method.Name));
        Assert.Equal(0.9, Of(Plan("csrs", null, own), "late").Retracing.KeepRate);
    }

    [Fact]
    public void Every_rule_is_a_method_by_its_name_or_with_retracing()
    {
        IReadOnlyList<Variant> variants = Variants.Choose("srt, csrs-chain, csrs-srt", []);
        Assert.Equal(["srt", "csrs-chain", "csrs-srt"], variants.Select(variant => variant.Name));
        Assert.Equal(["method=srt"], variants[0].Overrides);
        Assert.Equal(["method=csrs", "reward.rule=chain"], variants[1].Overrides);
        Assert.Throws<BadInputException>(() => Variants.Choose("chain", [])); // It needs continuations.
    }

    [Fact]
    public void A_variant_is_a_name_and_its_settings()
    {
        Variant variant = Variant.Parse("many-anchors:retrace.keep_rates=0.3, 0.5, reward.rule=max-entropy-anchor");
        Assert.Equal("many-anchors", variant.Name);
        Assert.Equal(["retrace.keep_rates=0.3, 0.5", "reward.rule=max-entropy-anchor"], variant.Overrides);
    }

    [Theory]
    [InlineData("learn.kl=0.1")]
    [InlineData(":learn.kl=0.1")]
    [InlineData("mine:")]
    [InlineData("mine:learn.kl")]
    [InlineData("../mine:learn.kl=0.1")]
    public void What_is_no_variant_is_refused(string text) => Assert.Contains(
        "expected NAME:key=value", Assert.Throws<BadInputException>(() => Variant.Parse(text)).Message);

    private static RunConfiguration Of(ComparisonPlan plan, string method) =>
        plan.ConfigurationOf(plan.Methods.Single(one => one.Name == method), 0, []);

    private static ComparisonPlan Plan(string methods, string? baseline = null, params Variant[] own) =>
        ComparisonPlan.Of(
            Variants.Choose(methods, own),
            [3],
            baseline,
            overrides => ConfigurationLayers.Resolve(null, null, [.. Shared, .. overrides]));
}
