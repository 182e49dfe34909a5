using CsCheck;
using Retrace.Rewards;

namespace Retrace.Simulation.Tests;

public class ContrastTests
{
    private static readonly AnswerDistribution Start = AnswerDistribution.Of([0.5, 0.3, 0.2]);

    private static readonly CollapseSetting Setting = new()
    {
        Initial = Start,
        Iterations = 3,
        Group = new GroupSize(4, 2),
        EnumeratedGroup = new GroupSize(2, 1),
        SampledGroups = 50,
    };

    // Random ones, and those of which a small group has one further answer where a sampled one has n.
    private static readonly string[] Further =
        ["random", "scope", "grounded", "grounded-vote", "restrain", "co-rewarding-i", "co-rewarding-ii", "self-harmony"];

    private static readonly Gen<AnswerDistribution> Policies = Gen.Double[0.01, 1].Array[2, 6].Select(weights =>
        AnswerDistribution.Of(Array.ConvertAll(weights, weight => weight / weights.Sum())));

    // η = 2: odds of 0 over 2 grow from 5/2 to 5/2 · e², those of 1 over 2 stay 3/2.
    [Fact]
    public void The_majority_s_factor_is_e_to_the_eta_and_that_of_two_losers_is_one()
    {
        AnswerDistribution after = PolicyIteration.Optimum(Start, [1, 0, 0], beta: 0.5);
        Assert.Equal(7.38905609893065, Contrast.Between(Start, after, 0, 2)!.Value, 9);
        Assert.Equal(1, Contrast.Between(Start, after, 1, 2)!.Value, 9);
        Assert.Equal(7.38905609893065, Contrast.Factor([1, 0, 0], 0.5, 0, 2), 9);
    }

    [Fact]
    public void An_answer_without_mass_has_no_factor() =>
        Assert.Null(Contrast.Between(AnswerDistribution.Of([0.5, 0.5, 0]), AnswerDistribution.Of([0.6, 0.4, 0]), 0, 2));

    // Every continuation survives: f_base = f_r = c/2 with c = 1 + Binomial(1, P), so ρ − ε = (P(x₁) − P(x₂)) / 2.
    [Fact]
    public void A_factor_over_frequencies_is_the_one_computed_by_hand()
    {
        CollapseSetting surviving = new()
        {
            Beta = 0.5,
            Group = new GroupSize(2, 1),
            Reinference = new Reinference(Survival: 1),
        };
        FrequencyContrast one = Assert.Single(FrequencyContrast.Table(surviving, [0.6], [0.2, 0.5, 0.7]));
        Assert.Equal((0.8, 0.6), (Math.Round(one.Rho, 12), Math.Round(one.Epsilon, 12)));
        Assert.Equal(1.49182469764127, one.Softened, 9); // exp(2 · 0.2)
        Assert.Equal(7.38905609893065, one.Indicated, 9);
    }

    // Where a third answer is the mode, the indicator pulls neither: the claim is about its own first mode.
    [Fact]
    public void The_indicator_s_factor_is_one_where_a_third_answer_is_the_mode()
    {
        FrequencyContrast one = Assert.Single(FrequencyContrast.Table(new CollapseSetting(), [0.2], [0.1]));
        Assert.Equal(1, one.Indicated);
        Assert.True(one.Softened > 1);
    }

    [Fact]
    public void No_softened_frequency_s_factor_reaches_the_majority_s_bound() =>
        Gen.Select(Policies, Gen.Double[0.05, 5], Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (policy, beta, survival, spread) =>
            {
                double[] rewards = new ExpectedSoftenedReward(
                    new GroupSize(4, 3), new Reinference(survival, spread), new SoftenedFrequency()).Of(policy, 0);
                double factor = Contrast.Factor(rewards, beta, policy.Mode, policy.Answers - 1);
                Assert.True(factor < Math.Exp(1 / beta));
                AnswerDistribution after = PolicyIteration.Optimum(policy, rewards, beta);
                Assert.Equal(
                    factor, Contrast.Between(policy, after, policy.Mode, policy.Answers - 1)!.Value, 1e-9 * factor);
            },
            iter: 50);

    // The bound is that of the indicator. Of two votes, one of them given, the answer that stands first always wins, the
    // second unless the other vote is for the first, the third with its own probability.
    [Fact]
    public void A_vote_of_few_samples_stays_below_the_bound_and_even_below_frequencies()
    {
        AnswerDistribution policy = AnswerDistribution.Of([0.1, 0.8, 0.1]);
        double[] voted = new ExpectedMajorityReward(2).Of(policy, 0);
        Assert.Equal([1, 0.9, 0.1], Array.ConvertAll(voted, reward => Math.Round(reward, 12)));
        Assert.True(Contrast.Factor(voted, 0.3, 1, 0) < 1);
        double[] softened = new ExpectedSoftenedReward(
            new GroupSize(2, 1), new Reinference(0.5), new SoftenedFrequency()).Of(policy, 0);
        Assert.True(Contrast.Factor(softened, 0.3, 1, 0) > 1);
    }

    [Fact]
    public void Summed_over_all_groups_rules_have_their_exact_expectations()
    {
        GroupSize size = new(2, 2);
        Reinference reinference = new(0.3, 0.5);
        SoftenedFrequency softening = new();
        Assert.Equal(
            new ExpectedSoftenedReward(size, reinference, softening).Of(Start, 0),
            new EnumeratedReward(new SoftenedFrequencyReward(softening), size, reinference, right: 1).Of(Start, 0),
            (expected, actual) => Math.Abs(expected - actual) < 1e-12);
        Assert.Equal(
            [0, 1, 0],
            new EnumeratedReward(RewardRules.Create("supervised"), size, reinference, right: 1).Of(Start, 0),
            (expected, actual) => Math.Abs(expected - actual) < 1e-12);
    }

    [Fact]
    public void Every_rule_has_sampled_factors_of_every_round_and_exact_ones_unless_it_is_random()
    {
        IReadOnlyList<ContrastCurve> curves = ContrastExperiment.Run(Setting);
        foreach (string rule in RewardRules.Names)
        {
            bool[] kinds = [.. curves.Where(curve => curve.Rule == rule).Select(curve => curve.IsSampled)];
            Assert.Equal(rule is "random" or "scope" ? [true] : [false, true], kinds.Distinct());
        }
        Assert.All(curves, curve => Assert.Equal(3, curve.Factors.Count));
        Assert.All(curves[0].Factors, factor => Assert.Equal(Math.Exp(1 / Setting.Beta), factor!.Value, 1e-6));
        Assert.Equal(
            curves.Select(curve => curve.Factors), ContrastExperiment.Run(Setting).Select(curve => curve.Factors));
    }

    // Responses that are alike in all but their answers: confidence tells none apart. n = 2, one further answer z, P = (0.5,
    // 0.3, 0.2), start (0.2, 0.2, 0.6):
    // - co-rewarding, I and II: r(a) = P(z = a), the label being z.
    // - self-harmony: z has to be among the two answers, and is then the label, whatever the other is: r(a) = P(z = a).
    // - evolmm: p(a)^0.7 is 1 with the same answer beside it, else 0.5^0.7 = 0.615572: P(a) + (1 − P(a)) · 0.615572.
    // - covo: 1 where both answers differ, as every response leads to its own, else 0: 1 − P(a).
    // - restrain: ±0.5·(w₁ − w₂) = 0 where answers differ, and 0 where they are the same.
    [Theory]
    [InlineData("entropy", -1, -1, -1)]
    [InlineData("self-certainty", 1, 1, 1)]
    [InlineData("co-rewarding-i", 0.5, 0.3, 0.2)]
    [InlineData("co-rewarding-ii", 0.5, 0.3, 0.2)]
    [InlineData("self-harmony", 0.5, 0.3, 0.2)]
    [InlineData("evolmm", 0.807786, 0.730901, 0.692458)]
    [InlineData("covo", 0.5, 0.7, 0.8)]
    [InlineData("restrain", 0, 0, 0)]
    public void What_a_rule_reads_besides_both_rounds_is_as_idle_as_can_be(
        string rule, double first, double second, double third) =>
        Assert.Equal(
            [first, second, third],
            new EnumeratedReward(
                RewardRules.Create(rule), new GroupSize(2, 1), new Reinference(0.3), right: 1,
                AnswerDistribution.Of([0.2, 0.2, 0.6])).Of(Start, 0),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);

    // The blind answer is each with 1/3. Of two samples A A, all continuations surviving, f_all = 1, f_blind(A) = 1/2 with A
    // blind and 0 else, excess 0 (f_all is 1): seen = 1 either way, r = (1 − λ) · 1 = 0.5. Of A B: f_all = 1/2 each, S = 1,
    // excess = (1 − 1/2) / (1/2) = 1; seen(A) = 0 with A blind, else 1/2: r = 0.5 · (2/3 · 1/2) + 0.5 = 0.666667. So
    // r(a) = 0.5 · P(a) + 0.666667 · (1 − P(a)).
    [Fact]
    public void With_the_picture_blanked_all_answers_are_equally_frequent() =>
        Assert.Equal(
            [0.583333, 0.616667, 0.633333],
            new EnumeratedReward(RewardRules.Create("grounded"), new GroupSize(2, 1), new Reinference(1), right: 1)
                .Of(Start, 0),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);

    [Fact]
    public void The_start_model_s_answers_are_those_of_the_first_policy()
    {
        StartShare rule = new();
        AnswerDistribution first = AnswerDistribution.Of([0.2, 0.2, 0.6]);
        double[] exact = new EnumeratedReward(rule, new GroupSize(1, 1), default, right: 0, first).Of(Start, 0);
        Assert.Equal(first.Probabilities, exact, (expected, actual) => Math.Abs(expected - actual) < 1e-12);
        double[] sampled = new SampledReward(rule, new GroupSize(4, 1), default, groups: 2000, seed: 1, start: first)
            .Of(Start, 0);
        Assert.Equal(first.Probabilities, sampled, (expected, actual) => Math.Abs(expected - actual) < 0.03);
    }

    [Fact]
    public void Sampled_factors_follow_the_exact_ones()
    {
        CollapseSetting setting = Setting with
        {
            Group = new GroupSize(3, 1),
            EnumeratedGroup = new GroupSize(3, 1),
            SampledGroups = 4000,
            Iterations = 1,
        };
        IReadOnlyList<ContrastCurve> curves = ContrastExperiment.Run(setting);
        foreach (ContrastCurve sampled in curves.Where(curve => curve.IsSampled && !Further.Contains(curve.Rule)))
        {
            ContrastCurve exact = curves.Last(curve => !curve.IsSampled && curve.Rule == sampled.Rule);
            double difference = Math.Log(sampled.Factors[0]!.Value / exact.Factors[0]!.Value) * setting.Beta;
            Assert.True(Math.Abs(difference) < 0.1, $"{sampled.Rule}: Δr differs by {difference}");
        }
    }

    [Fact]
    public void Groups_too_large_to_be_summed_over_are_refused() =>
        Assert.Contains("cannot be summed over exactly", Assert.Throws<BadInputException>(
            () => ContrastExperiment.Run(Setting with { EnumeratedGroup = new GroupSize(8, 5) })).Message);

    // The share of the start model's answers that equal one's own.
    private sealed class StartShare : IRewardRule
    {
        public RewardInputs Reads => RewardInputs.StartAnswers;

        public double[] Score(AnswerGroup group)
        {
            IReadOnlyList<int> start = group.SideAnswersOf(RewardInputs.StartAnswers);
            return [.. group.Maternal.Select(answer => start.Count(one => one == answer) / (double)start.Count)];
        }
    }
}
