using CsCheck;
using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

public class RewardRuleTests
{
    private const int None = AnswerClasses.None;
    private const int Digits = 12;

    // The rules that count answers.
    private static readonly string[] CountingRules =
    [
        "sfr", "released", "max-entropy-anchor", "survival", "consistency", "majority", "chain", "srt", "srt-soft", "empo", "ttrv",
        "dual-consensus", "grounded", "grounded-vote", "restrain",
    ];

    private static readonly Gen<AnswerGroup> Groups =
        from n in Gen.Int[1, 8]
        from k in Gen.Int[1, 5]
        from maternal in Gen.Int[None, 4].Array[n]
        from retraced in Gen.Int[None, 4].Array[k].Array[n]
        from anchors in Gen.Int[0, 2].Array[k].Array[n]
        select new AnswerGroup(maternal, retraced) { Evidence = [new AnchorPositions(anchors)] };

    // Maternal answers, and all the retraced ones dealt out to them evenly.
    private static AnswerGroup Group(int[] maternal, int[] retraced) =>
        new(maternal, [.. retraced.Chunk(retraced.Length / maternal.Length)]);

    private static int[] Repeat(params ReadOnlySpan<(int Answer, int Times)> runs)
    {
        List<int> answers = [];
        foreach ((int answer, int times) in runs)
        {
            answers.AddRange(Enumerable.Repeat(answer, times));
        }
        return [.. answers];
    }

    private static void AssertRewards(double[] expected, double[] rewards)
    {
        Assert.Equal(expected.Length, rewards.Length);
        Assert.All(expected.Zip(rewards), pair => Assert.Equal(pair.First, pair.Second, Digits));
    }

    // The release, n = 8, k = 5: r = 1.2 · c_R / 48 = c_R / 40.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.025)]
    [InlineData(4, 0.1)]
    [InlineData(10, 0.25)]
    [InlineData(25, 0.625)]
    [InlineData(39, 0.975)]
    [InlineData(40, 1)]
    public void Released_gives_a_fortieth_for_each_retraced_occurrence(int occurrences, double reward)
    {
        AnswerGroup group = Group(Repeat((0, 4), (1, 2), (None, 2)), Repeat((0, occurrences), (2, 40 - occurrences)));
        AssertRewards(
            [reward, reward, reward, reward, 0, 0, 0, 0], RewardRules.Create("released").Score(group));
    }

    [Fact]
    public void Released_at_another_group_size_is_clamped_to_one() =>
        // n = 4, k = 5: 1.2 · 12 / 24 = 0.6. n = 2, k = 20: 1.2 · 40 / 42 > 1.
        Assert.Equal(
            [0.6, 1],
            [
                Math.Round(new ReleasedReward().Score(Group([0, 0, 1, 1], Repeat((0, 12), (2, 8))))[0], Digits),
                new ReleasedReward().Score(Group([0, 0], Repeat((0, 40))))[0],
            ]);

    [Fact]
    public void Max_entropy_anchor_softens_by_the_most_uncertain_position()
    {
        // Position 0: 0 0 0 1, position 1: 0 1 1 2 (the highest entropy). f_all: 0 → 6/12, 1 → 4/12, 2 → 2/12.
        // There: 0 → 1/4 < 6/12, penalised; 1 → 2/4 > 4/12, boosted; 2 → 1/4 > 2/12, boosted.
        AnswerGroup group = new([0, 0, 1, 2], [[0, 0], [0, 1], [0, 1], [1, 2]])
        {
            Evidence = [new AnchorPositions([[0, 1], [0, 1], [0, 1], [0, 1]])],
        };
        AssertRewards([0.45, 0.45, 0.4, 0.2], RewardRules.Create("max-entropy-anchor").Score(group));
    }

    [Fact]
    public void Max_entropy_anchor_boosts_what_is_absent_there_and_takes_the_earliest_of_equal_positions()
    {
        // Both positions have entropy ln 2; position 3 is the earlier. Answer 0: f_all 3/6, 1/2 there: equal, left
        // alone. Answer 1: f_all 2/6, absent there: boosted.
        AnswerGroup group = new([0, 1], [[0, 2], [0, 1]]) { Evidence = [new AnchorPositions([[3, 3], [7, 7]])] };
        AssertRewards([0.5, 0.4], RewardRules.Create("max-entropy-anchor").Score(group));
    }

    [Fact]
    public void Max_entropy_anchor_needs_the_positions() =>
        Assert.Throws<ArgumentException>(
            () => RewardRules.Create("max-entropy-anchor").Score(new AnswerGroup([0], [[0, 1]])));

    [Fact]
    public void Survival_adds_the_excess_over_the_frequency()
    {
        // n = 4, k = 2. Survivors 2, 1, 0, –; S̄ = 3/8.
        // Answer 0: f_all = (2 + 4)/12 = 1/2; S = (3 + 2·3/8)/(2·2 + 2) = 3.75/6 = 0.625; excess = 0.125/0.5 = 0.25.
        // Answer 1: f_all = (1 + 2)/12 = 1/4; S = (0 + 0.75)/(2 + 2) = 0.1875; excess = −0.0625/0.75 = −1/12.
        AnswerGroup group = new([0, 0, 1, None], [[0, 0], [0, 1], [0, 2], [1, None]]);
        AssertRewards(
            [0.5 * 0.5 + 0.5 * 0.25, 0.375, 0.5 * 0.25 - 0.5 / 12, -0.5], RewardRules.Create("survival").Score(group));
        AssertRewards(
            [0.25, 0.25, -1.0 / 12, -1],
            RewardRules.Create("survival", new RewardParameters(SurvivalWeight: 1)).Score(group));
        AssertRewards(
            [0.5, 0.5, 0.25, 0], RewardRules.Create("survival", new RewardParameters(SurvivalWeight: 0)).Score(group));
    }

    [Fact]
    public void Survival_can_lift_a_minority_that_survives_over_a_majority_that_does_not()
    {
        AnswerGroup group = new([0, 0, 0, 1], [[1, 2], [2, 3], [0, 3], [1, 1]]);
        double[] rewards = RewardRules.Create("survival", new RewardParameters(SurvivalWeight: 0.75)).Score(group);
        Assert.True(rewards[3] > rewards[0]);
    }

    [Fact]
    public void Full_agreement_has_no_excess() =>
        AssertRewards([0.5, 0.5], RewardRules.Create("survival").Score(new AnswerGroup([0, 0], [[0], [0]])));

    [Fact]
    public void Survival_needs_continuations_and_a_weight_in_range()
    {
        Assert.Throws<ArgumentException>(() => RewardRules.Create("survival").Score(new AnswerGroup([0], [])));
        Assert.Throws<BadInputException>(() => new SurvivalReward(1.5));
        Assert.Throws<BadInputException>(() => new SurvivalReward(double.NaN));
    }

    [Fact]
    public void Consistency_counts_distinct_answers_beside_the_vote()
    {
        // k = 3, so consistency is (5 − d)/4; the vote goes to 0.
        // [0 | 0 0 0]: d 1 → 1. [0 | 1 – –]: d 4 → 1/4. [1 | 1 2 0]: d 3 → 1/2. [– | 0 0 0]: 0.
        AnswerGroup group = new([0, 0, 1, None], [[0, 0, 0], [1, None, None], [1, 2, 0], [0, 0, 0]]);
        double[] rewards = RewardRules.Create("consistency").Score(group);
        double[] totals = [.. rewards.Select(reward => RewardBlend.Total(reward, formatted: true, 0.1))];
        AssertRewards([0.2 + 0.7 + 0.1, 0.05 + 0.7 + 0.1, 0.1 + 0.1, 0.1], totals);
    }

    [Fact]
    public void Majority_rewards_the_pooled_vote() =>
        // Maternal 2 : 2 : 1, pooled 2 : 6 : 2.
        AssertRewards(
            [0, 0, 1, 1, 0, 0],
            RewardRules.Create("majority").Score(Group([0, 0, 1, 1, 2, None], [1, 1, 1, 1, 2, None])));

    [Theory]
    [InlineData(new[] { 1, 1, 0 }, new[] { 0, 2, 2 }, new[] { 1.0, 1, 0 })] // 2 : 2 : 2; maternal 1 : 2 : 0.
    [InlineData(new[] { 1, 0, None }, new int[0], new[] { 0.0, 1, 0 })] // The smaller class id.
    [InlineData(new[] { None, None, 0 }, new int[0], new[] { 0.0, 0, 1 })]
    [InlineData(new[] { None, None, None }, new int[0], new[] { 0.0, 0, 0 })]
    [InlineData(new[] { 0, 1, 2 }, new[] { 3, 3, 3 }, new[] { 0.0, 0, 0 })] // The winner is no maternal answer.
    public void A_tied_vote_has_one_winner(int[] maternal, int[] retraced, double[] rewards) =>
        AssertRewards(
            rewards,
            RewardRules.Create("majority").Score(
                retraced.Length == 0 ? new AnswerGroup(maternal, []) : Group(maternal, retraced)));

    [Fact]
    public void Confidence_rewards_read_no_answers()
    {
        AnswerGroup group = new([0, None], [])
        {
            Evidence = [new MeanEntropies([0.5, 1.25]), new SelfCertainties([3, 2])],
        };
        AssertRewards([-0.5, -1.25], RewardRules.Create("entropy").Score(group));
        AssertRewards([3, 2], RewardRules.Create("self-certainty").Score(group));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("entropy").Score(new AnswerGroup([0], [])));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("self-certainty").Score(new AnswerGroup([0], [])));
    }

    [Theory]
    [InlineData(1, new[] { 0.0, 1, 0 })]
    [InlineData(None, new[] { 0.0, 0, 0 })]
    [InlineData(null, new[] { 0.0, 0, 0 })]
    public void Supervised_reads_the_label(int? gold, double[] rewards) =>
        AssertRewards(
            rewards, RewardRules.Create("supervised").Score(new AnswerGroup([0, 1, None], []) { GoldClass = gold }));

    // Handed the label or not, with all the evidence there is: nothing but what a rule declares can change its scores.
    [Fact]
    public void Only_supervised_declares_the_label_and_no_other_rule_sees_it()
    {
        Assert.Equal(
            ["supervised"],
            RewardRules.Names.Where(name => RewardRules.Create(name).Reads.HasFlag(RewardInputs.Label)));
        foreach (string name in RewardRules.Names.Except(["supervised"]))
        {
            TrajectoryRewards rewards = new(RewardRules.Create(name), 0, AdvantageNormalisation.GroupMean);
            Assert.Equal(Score(null), Score(0));
            Assert.Equal(Score(null), Score(1));

            double[] Score(int? gold) => rewards.Of(Everything with { GoldClass = gold }, [true, true, true]);
        }
    }

    [Fact]
    public void Rules_score_with_what_they_declare_and_lack_nothing_else()
    {
        foreach (string name in RewardRules.Names)
        {
            IRewardRule rule = RewardRules.Create(name);
            Assert.Equal(rule.Needs, rule.Needs & rule.Reads);
            AnswerGroup declared = new(
                Everything.Maternal, rule.Reads.HasFlag(RewardInputs.Continuations) ? Everything.Retraced : [])
            {
                GoldClass = rule.Reads.HasFlag(RewardInputs.Label) ? 0 : null,
                Evidence = [.. Everything.Evidence.Where(one => rule.Reads.HasFlag(KindOf(one)))],
            };
            foreach (RewardInputs round in AnswerGroup.SideRounds.Where(round => rule.Reads.HasFlag(round)))
            {
                declared = declared.With(round, Everything.SideAnswersOf(round));
            }
            Assert.Equal(3, rule.Score(declared).Length);
        }

        static RewardInputs KindOf(Evidence evidence) => Enum.Parse<RewardInputs>(evidence.GetType().Name);
    }

    [Fact]
    public void A_rule_of_ones_own_is_known_by_its_name_and_gives_advantages_if_it_says_so()
    {
        RewardRules.Register("last-letter", _ => new LastAnswer());
        Assert.Contains("last-letter", RewardRules.Names);
        Assert.Throws<ArgumentException>(() => RewardRules.Register("sfr", _ => new LastAnswer()));
        TrajectoryRewards rewards = new(RewardRules.Create("last-letter"), 0.1, AdvantageNormalisation.GroupStd);
        double[] scores = rewards.Of(new AnswerGroup([0, 1, 2], []), [true, false, true]);
        Assert.Equal([0, -1, -2], scores); // No format term.
        Assert.Equal([[0, -1, -2]], rewards.Advantages([scores], [new AnswerGroup([0, 1, 2], [])])); // Not centred.
    }

    [Fact]
    public void Random_is_fair_and_follows_the_groups_stream()
    {
        AnswerGroup group = new(new int[1000], []);
        double[] rewards = RewardRules.Create("random").Score(group with { Evidence = [new RandomNumbers(new Random(1))] });
        Assert.InRange(rewards.Average(), 0.45, 0.55);
        Assert.All(rewards, reward => Assert.True(reward is 0 or 1));
        Assert.Equal(rewards, RewardRules.Create("random").Score(group with { Evidence = [new RandomNumbers(new Random(1))] }));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("random").Score(group));
    }

    [Theory]
    [InlineData(1, true, 1)]
    [InlineData(1, false, 0.9)]
    [InlineData(0, true, 0.1)]
    [InlineData(0.725, true, 0.7525)]
    [InlineData(-0.5, false, -0.45)]
    public void The_format_has_its_share(double reward, bool formatted, double total) =>
        Assert.Equal(total, RewardBlend.Total(reward, formatted, 0.1), Digits);

    [Fact]
    public void Exchanging_trajectories_exchanges_their_rewards() =>
        Gen.Select(Groups, Gen.Int).Sample((group, seed) =>
        {
            int[] order = [.. Enumerable.Range(0, group.Maternal.Count)];
            new Random(seed).Shuffle(order);
            AnswerGroup shuffled = new(
                [.. order.Select(i => group.Maternal[i])], [.. order.Select(i => group.Retraced[i])])
            {
                Evidence = [new AnchorPositions([.. order.Select(i => group.Read<AnchorPositions>().Indices[i])])],
            };
            foreach (string name in CountingRules)
            {
                double[] rewards = RewardRules.Create(name).Score(group);
                AssertRewards([.. order.Select(i => rewards[i])], RewardRules.Create(name).Score(shuffled));
            }
        });

    [Fact]
    public void Rewards_keep_their_bounds_and_no_answer_is_worse_than_not_answering() =>
        Groups.Sample(group =>
        {
            foreach (string name in CountingRules.Except(["empo", "ttrv", "restrain"])) // Which reward silence, or go below 0.
            {
                double lowest = name switch { "survival" => -0.5, "grounded" => -1, _ => 0 };
                double[] rewards = RewardRules.Create(name).Score(group);
                for (int i = 0; i < rewards.Length; i++)
                {
                    Assert.InRange(rewards[i], lowest, 1);
                    if (group.Maternal[i] == None)
                    {
                        Assert.Equal(lowest, rewards[i]);
                    }
                }
            }
        });

    [Fact]
    public void Only_the_release_compares_answers_as_strings() =>
        Assert.Equal(
            ["released"], RewardRules.Names.Where(name => RewardRules.Create(name).Equivalence is ExactEquivalence));

    [Fact]
    public void An_unknown_rule_is_answered_with_the_known_ones()
    {
        BadInputException error = Assert.Throws<BadInputException>(() => RewardRules.Create("srf"));
        Assert.StartsWith("There is no reward rule \"srf\"; known are sfr, survival,", error.Message);
    }

    [Fact]
    public void Continuations_belong_to_their_trajectories() =>
        Assert.Throws<ArgumentException>(() => new AnswerGroup([0, 1], [[0]]));

    private static AnswerGroup Everything => GroupOfEverything.Unlabeled;

    private sealed class LastAnswer : IRewardRule
    {
        public RewardInputs Reads => RewardInputs.None;

        public bool GivesAdvantages => true;

        public double[] Score(AnswerGroup group) => [.. group.Maternal.Select(answer => -(double)answer)];
    }
}
