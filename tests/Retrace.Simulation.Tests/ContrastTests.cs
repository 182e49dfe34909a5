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
    public void Every_rule_that_reads_answers_has_exact_and_sampled_factors_of_every_round()
    {
        IReadOnlyList<ContrastCurve> curves = ContrastExperiment.Run(Setting);
        string[] unsimulated = [.. ContrastExperiment.Unsimulated.Select(one => one.Rule)];
        Assert.Contains("entropy", unsimulated);
        Assert.Contains("self-certainty", unsimulated);
        foreach (string rule in RewardRules.Names)
        {
            bool[] kinds = [.. curves.Where(curve => curve.Rule == rule).Select(curve => curve.IsSampled)];
            bool[] expected = unsimulated.Contains(rule) ? [] : rule == "random" ? [true] : [false, true];
            Assert.Equal(expected, kinds.Distinct());
        }
        Assert.All(curves, curve => Assert.Equal(3, curve.Factors.Count));
        Assert.All(curves[0].Factors, factor => Assert.Equal(Math.Exp(1 / Setting.Beta), factor!.Value, 1e-6));
        Assert.Equal(
            curves.Select(curve => curve.Factors), ContrastExperiment.Run(Setting).Select(curve => curve.Factors));
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
        foreach (ContrastCurve sampled in curves.Where(curve => curve.IsSampled && curve.Rule != "random"))
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
}
