using Retrace.Advantages;
using Retrace.Rewards;

namespace Retrace.Simulation.Tests;

public class TabularLearnerTests
{
    private static readonly LearningRule Majority =
        new("majority", new MajorityReward(), AdvantageNormalisation.GroupMean, Retraces: false);

    private static readonly LearningRule Survival =
        new("survival", new SurvivalReward(0.75), AdvantageNormalisation.BatchStd, Retraces: true);

    private static readonly TabularSetting Small = new() { Problems = 60, Updates = 40 };

    // Without noise: 3 of 5 problems have e^1.5 / (e^1.5 + 5), the others e / (e^1.5 + e + 4).
    [Fact]
    public void The_start_is_the_one_computed_by_hand()
    {
        TabularSetting setting = new()
        {
            Problems = 5,
            Updates = 1,
            RightShare = 0.6,
            Noise = 0,
            Dominance = 1.5,
            RunnerUp = 1,
        };
        double start = TabularLearner.Run(setting, Majority, 0, seed: 3)[0].RightProbability;
        Assert.Equal(0.6 * 0.472669 + 0.4 * 0.242704, start, 5);
    }

    // Two answers with logits 1 and 0, that with 1 right: p = 0.73106. So many votes elect it for sure, so
    // that the logits move apart by 2 η p (1 − p) = 2 · 0.5 · 0.19661, and p becomes 1 / (1 + exp(−1.19661)) = 0.76789.
    [Fact]
    public void An_update_goes_up_the_policy_gradient()
    {
        TabularSetting setting = new()
        {
            Problems = 1,
            Answers = 2,
            Group = new GroupSize(4000, 1),
            Updates = 1,
            LearningRate = 0.5,
            Kl = 0,
            RightShare = 1,
            Noise = 0,
            Dominance = 1,
        };
        IReadOnlyList<LearningPoint> curve = TabularLearner.Run(setting, Majority, 0, seed: 1);
        Assert.Equal(0.73106, curve[0].RightProbability, 5);
        Assert.Equal(0.76789, curve[1].RightProbability, 0.002);
    }

    [Fact]
    public void The_divergence_s_weight_holds_the_policy_back()
    {
        double[] entropies = [.. new[] { 0, 0.1, 1 }.Select(kl =>
            TabularLearner.Run(Small with { Kl = kl }, Majority, 0, seed: 0)[^1].Entropy)];
        Assert.Equal(entropies.Order(), entropies);
    }

    [Fact]
    public void The_same_seed_gives_the_same_curve_and_another_one_another()
    {
        TabularSetting setting = Small with { Updates = 5 };
        IReadOnlyList<LearningPoint> curve = TabularLearner.Run(setting, Survival, 0.2, seed: 7);
        Assert.Equal(curve, TabularLearner.Run(setting, Survival, 0.2, seed: 7));
        Assert.NotEqual(curve, TabularLearner.Run(setting, Survival, 0.2, seed: 8));
    }

    [Fact]
    public void Only_retracing_knows_the_gap_and_a_wider_one_teaches_more()
    {
        IReadOnlyList<SurvivalResult> results = SurvivalExperiment.Run(
            Small, [Majority, Survival], [0, 0.4], 0, seeds: 2, TestContext.Current.CancellationToken);
        Assert.Equal(
            [("majority", 0), ("survival", 0), ("majority", 0.4), ("survival", 0.4)],
            results.Select(result => (result.Rule, result.Gap)));
        Assert.Equal(results[0].Mean, results[2].Mean);
        Assert.True(results[3].Mean[^1].RightProbability > results[1].Mean[^1].RightProbability + 0.1);
        Assert.Equal(results[1].Mean[0], results[3].Mean[0]);
    }

    // |a − b| / 2 is the standard error of the mean of two.
    [Fact]
    public void The_standard_error_is_that_of_the_mean_over_seeds()
    {
        SurvivalResult result = new(0, "", [[new LearningPoint(0.5, 1)], [new LearningPoint(0.7, 2)]]);
        Assert.Equal(new LearningPoint(0.6, 1.5), result.Mean[0]);
        Assert.Equal(0.1, result.StandardError!.Value, 12);
        Assert.Null(new SurvivalResult(0, "", [[new LearningPoint(0.5, 1)]]).StandardError);
    }

    // The predictions that real runs are held against, on a quarter of the problems and one seed.
    [Fact]
    public void The_table_s_orderings_hold()
    {
        TabularSetting setting = new() { Problems = 100 };
        IReadOnlyList<SurvivalResult> results = SurvivalExperiment.Run(
            setting, LearningRule.Compared, [0, 0.25], 0, seeds: 1, TestContext.Current.CancellationToken);
        ILookup<string, LearningPoint> ends = results.ToLookup(result => result.Rule, result => result.Mean[^1]);
        double start = results[0].Mean[0].RightProbability;

        Assert.True(Right("survival λ 0.75", 1) > Right("survival λ 0.5", 1));
        Assert.True(Right("survival λ 0.5", 1) > Right("sfr, batch-std", 1));
        Assert.True(Right("sfr, batch-std", 1) > Right("majority, group-std", 1));
        Assert.True(Right("survival λ 1", 0) < start);
        Assert.Equal(Right("majority, group-std", 0), Right("sfr, group-std", 0), 0.05);
        Assert.True(Entropy("majority, group-mean") > Entropy("majority, group-std") + 0.1);

        double Right(string rule, int gap) => ends[rule].ElementAt(gap).RightProbability;
        double Entropy(string rule) => ends[rule].First().Entropy;
    }

    [Fact]
    public void What_makes_no_experiment_is_refused()
    {
        Assert.Contains("survival gap", Complaint(Small, gap: 0.9));
        Assert.Contains("at least 1", Complaint(Small with { Problems = 0 }));
        Assert.Contains("learning rate", Complaint(Small with { LearningRate = double.NaN }));
        Assert.Contains("at least 2 and 1", Complaint(Small with { Group = new GroupSize(1, 5) }));
        Assert.Contains("seeds", Assert.Throws<BadInputException>(() => SurvivalExperiment.Run(
            Small, [Survival], [0], 0, seeds: 0, TestContext.Current.CancellationToken)).Message);

        static string Complaint(TabularSetting setting, double gap = 0) =>
            Assert.Throws<BadInputException>(() => TabularLearner.Run(setting, Survival, gap, seed: 0)).Message;
    }
}
