using CsCheck;
using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

/// <summary>The label-free rules of other papers, and the retracing chain, against values computed by hand.</summary>
public class FieldRuleTests
{
    private const int None = AnswerClasses.None;
    private const int Digits = 6;

    private static void AssertScores(double[] expected, string rule, AnswerGroup group)
    {
        double[] scores = RewardRules.Create(rule).Score(group);
        Assert.Equal(expected.Length, scores.Length);
        Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, Digits));
    }

    [Fact]
    public void Srt_rewards_the_mode_and_leaves_out_problems_without_a_clear_one()
    {
        AssertScores([1, 1, 1, 0], "srt", new AnswerGroup([0, 0, 0, 1], []));
        AssertScores([0, 1, 1, 0], "srt", new AnswerGroup([None, 1, 1, 2], []));
        IRewardRule rule = RewardRules.Create("srt");
        Assert.Equal(1, rule.WeightOf(new AnswerGroup([0, 0, 0, 1, None], []))); // 0.6
        Assert.Equal(0, rule.WeightOf(new AnswerGroup([0, 0, None, None], [])));
        Assert.Equal(0, rule.WeightOf(new AnswerGroup([None, None], [])));
        Assert.Equal(1, RewardRules.Create("srt", new RewardParameters(Threshold: 0.5)).WeightOf(new([0, 0, 1, 2], [])));
        Assert.Throws<BadInputException>(() => RewardRules.Create("srt", new RewardParameters(Threshold: 1.01)));
    }

    [Fact]
    public void A_problem_of_weight_0_teaches_nothing_not_even_its_format()
    {
        TrajectoryRewards rewards = new(RewardRules.Create("srt"), 0.1, AdvantageNormalisation.GroupMean);
        AnswerGroup clear = new([0, 0, 1], []);
        AnswerGroup unclear = new([0, 1, 2], []);
        double[][] advantages = rewards.Advantages(
            [rewards.Of(clear, [true, true, true]), rewards.Of(unclear, [true, false, true])], [clear, unclear]);
        Assert.Equal([0.3, 0.3, -0.6], advantages[0].Select(advantage => Math.Round(advantage, 12)));
        Assert.All(advantages[1], advantage => Assert.Equal(0, advantage));
    }

    [Fact]
    public void Srt_soft_is_the_share_of_the_samples() =>
        AssertScores([0.5, 0.5, 0.25, 0], "srt-soft", new AnswerGroup([0, 0, 3, None], []));

    [Fact]
    public void Empo_is_the_share_unless_nothing_is_agreed_on()
    {
        AssertScores([0.5, 0.5, 0.25, 0.25], "empo", new AnswerGroup([0, 0, 1, None], []));
        AssertScores([0, 0, 0, 0], "empo", new AnswerGroup([0, 1, 2, 3], []));
        AssertScores([0, 0, 0, 0], "empo", new AnswerGroup([0, None, None, 3], []));
        AssertScores(new double[9], "empo", new AnswerGroup([0, 0, 1, 2, 3, 4, 5, 6, 7], [])); // 2/9
        AssertScores([0.25, 0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125], "empo", new AnswerGroup([0, 0, 1, 2, 3, 4, 5, 6], []));
    }

    [Fact]
    public void Ttrv_takes_the_entropy_of_the_answers_off_their_shares()
    {
        AssertScores([0.141541, 0.141541, 0.141541, -0.358459], "ttrv", new AnswerGroup([0, 0, 0, 1], []));
        AssertScores([1, 1], "ttrv", new AnswerGroup([4, 4], []));
        AssertScores([-0.25, -0.75], "ttrv", new AnswerGroup([4, None], [])); // H = log 2, at its highest
        AssertScores([0], "ttrv", new AnswerGroup([None], []));
    }

    [Fact]
    public void Evolmm_softens_shares_and_shortens_responses()
    {
        AnswerGroup group = new([0, 0, 0, 1], []) { Evidence = [new WordsBeforeAnswers([3, 9, 12, 6])] };
        AssertScores([0.817604, 0.776724, 0.735843, 0.378929], "evolmm", group);
        AssertScores([0.9], "evolmm", new AnswerGroup([0], []) { Evidence = [new WordsBeforeAnswers([1000])] });
        Assert.Throws<ArgumentException>(() => RewardRules.Create("evolmm").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void Words_are_counted_up_to_the_answer_or_to_the_end() =>
        Assert.Equal(
            [3, 3, 0],
            WordsBeforeAnswers.Of(
                ["<think>two and\n two</think> \\boxed{4} and more words", " no answer\there ", "\\boxed{1}"],
                new BoxedExtraction()).Counts);

    [Fact]
    public void Dual_consensus_follows_what_both_rounds_agree_on()
    {
        // A A A B; the ten continuations hold A once, B seven times, and C twice.
        AnswerGroup group = new([0, 0, 0, 1], [[0, 1, 1], [1, 1, 1], [1, 1, 2], [2]]);
        AssertScores([0.5, 0.5, 0.5, 1], "dual-consensus", group);
        AssertScores([1, 1, 0, 0], "dual-consensus", new AnswerGroup([0, 0, 1, 2], [[1], [1], [1], [1]])); // No majority at first.
        AssertScores([1, 1, 0], "dual-consensus", new AnswerGroup([0, 0, None], [[5], [6], [7]])); // Nothing in both.
        AssertScores([0, 0], "dual-consensus", new AnswerGroup([None, None], [[0], [0]]));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("dual-consensus").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void Restrain_takes_every_answer_for_a_label_and_pushes_away_from_problems_without_one()
    {
        AssertAdvantages([0.231059, 0.231059, 0.231059, -0.693176], [0, 0, 0, 1]);
        AssertAdvantages([0, 0], [3, 3]); // Nothing to prefer.
        AssertAdvantages([0.707107, -0.707107], [3, None]); // Rewards 1 0: a deviation of √½ from a mean of ½.
        AssertAdvantages([-1, -1, -1, -1, -1], [0, 1, 2, 3, None]);
        AssertAdvantages([-1, -1], [None, None]);
        IRewardRule rule = RewardRules.Create("restrain");
        Assert.Equal(0.882497, rule.WeightOf(new AnswerGroup([0, 0, 0, 1], [])), Digits); // e^(−1/8)
        Assert.Equal(0.278037, rule.WeightOf(new AnswerGroup([0, 1, 2, 3, None], [])), Digits); // e^(−1.28)
        Assert.Equal(1, rule.WeightOf(new AnswerGroup([4, 4], [])));

        void AssertAdvantages(double[] expected, int[] answers)
        {
            // Neither format nor normalisation changes what are advantages already; the weight does.
            AnswerGroup group = new(answers, []);
            TrajectoryRewards rewards = new(RewardRules.Create("restrain"), 0.5, AdvantageNormalisation.BatchStd);
            double[] advantages = rewards.Of(group, new bool[answers.Length]);
            Assert.Equal(expected, advantages, (a, b) => Math.Abs(a - b) < 1e-5);
            double weight = RewardRules.Create("restrain").WeightOf(group);
            Assert.Equal(advantages.Select(one => one * weight), rewards.Advantages([advantages], [group])[0]);
        }
    }

    // Another way round: of each answer as the label in turn, the advantages that GRPO has for it.
    [Fact]
    public void Restrain_is_the_weighted_sum_of_the_advantages_under_each_label() =>
        Gen.Int[None, 3].Array[2, 8].Sample(answers =>
        {
            AnswerGroup group = new(answers, []);
            double[] scores = RewardRules.Create("restrain").Score(group);
            double n = answers.Length;
            double[] counts = [.. Enumerable.Range(0, 4).Select(label => (double)answers.Count(answer => answer == label))];
            if (counts.Max() / n < 0.25)
            {
                Assert.All(scores, score => Assert.Equal(-1, score));
                return;
            }
            double[] trust = Array.ConvertAll(
                counts, count => count == 0 ? 0 : Math.Exp(-2 * Math.Pow(1 - (count / n), 2)));
            for (int i = 0; i < answers.Length; i++)
            {
                double expected = 0;
                for (int label = 0; label < 4; label++)
                {
                    double share = counts[label] / n;
                    double deviation = Math.Sqrt(n * share * (1 - share) / (n - 1));
                    expected += deviation == 0
                        ? 0
                        : trust[label] / trust.Sum() * ((answers[i] == label ? 1 : 0) - share) / (deviation + 1e-6);
                }
                Assert.Equal(expected, scores[i], 1e-9);
            }
        });

    [Fact]
    public void The_chain_is_where_retracing_leads()
    {
        AnswerGroup group = new([0, 1], [[0, 0], [0, 1]]);
        double[] scores = RewardRules.Create("chain", new RewardParameters(Damping: 0.5)).Score(group);
        Assert.Equal(13.0 / 18, scores[0], 1e-11);
        Assert.Equal(5.0 / 18, scores[1], 1e-11);
        double[] still = RewardRules.Create("chain", new RewardParameters(Damping: 0)).Score(group);
        Assert.Equal(2.0 / 3, still[0], 1e-11);
        Assert.Equal(1.0 / 3, still[1], 1e-11);
        AssertScores([1, 1], "chain", new AnswerGroup([0, 0], [[0], [0]]));
        AssertScores([0], "chain", new AnswerGroup([None], [[0]]));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("chain").Score(new AnswerGroup([0], [])));
        Assert.Throws<BadInputException>(() => RewardRules.Create("chain", new RewardParameters(Damping: 1)));
    }

    // π(0) = ((1 − d) f(0) + d K(1 → 0)) / (1 − d K(0 → 0) + d K(1 → 0)), with K from its formula.
    [Fact]
    public void The_chain_of_two_answers_solves_its_equation() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 1].Array[3].Array[4], Gen.Double[0, 0.95]).Sample((ofFirst, retraced, d) =>
        {
            int[] maternal = [.. Enumerable.Range(0, 4).Select(i => i < ofFirst ? 0 : 1)];
            double f = (ofFirst + retraced.Sum(list => list.Count(answer => answer == 0))) / 16.0;
            double survival = maternal.Zip(retraced, (own, list) => list.Count(answer => answer == own)).Sum() / 12.0;
            double chance = ((ofFirst * f) + ((4 - ofFirst) * (1 - f))) / 4;
            double staying = chance == 1 ? 1 : Math.Clamp((survival - chance) / (1 - chance), 0, 1);
            double k00 = ToFirst(0, staying + ((1 - staying) * f));
            double k10 = ToFirst(1, (1 - staying) * f);
            double expected = (((1 - d) * f) + (d * k10)) / (1 - (d * k00) + (d * k10));

            double[] scores = new RetracingChainReward(d).Score(new AnswerGroup(maternal, retraced));
            Assert.Equal(expected, scores[0], 1e-9);
            Assert.Equal(1 - expected, scores[3], 1e-9);

            double ToFirst(int from, double prior)
            {
                int[][] lists = [.. retraced.Where((_, i) => maternal[i] == from)];
                return (lists.Sum(list => list.Count(answer => answer == 0)) + (3 * prior)) / ((3 * lists.Length) + 3);
            }
        });

    [Fact]
    public void Grounded_lifts_what_is_seen_and_survives()
    {
        AnswerGroup group = new AnswerGroup([0, 1], [[0, 0], [1, 1]]).With(RewardInputs.BlindAnswers, [0, 0, None]);
        AssertScores([0.5, 0.75], "grounded", group);
        AssertScores([0, 0.75], "grounded", group.With(RewardInputs.BlindAnswers, [0, 0, 0, 0, 0, 0, 0, 0, 0])); // f_blind = 9/10: seen is at least -1
        AssertScores([0.75, 0.75], "grounded", group.With(RewardInputs.BlindAnswers, []));
        AssertScores([-1, 0.5], "grounded", new AnswerGroup([None, 1], [[None], [1]]));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("grounded").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void Without_blind_samples_grounded_is_survival() =>
        Gen.Select(Gen.Int[0, 2].Array[4], Gen.Int[0, 2].Array[3].Array[4]).Sample((maternal, retraced) =>
        {
            AnswerGroup group = new(maternal, retraced);
            AssertScores(RewardRules.Create("survival").Score(group), "grounded", group);
        });

    [Fact]
    public void A_grounded_vote_elects_the_best_seen_and_surviving_answer()
    {
        AnswerGroup group = new([0, 0, 1], [[0, 0], [0, 0], [1, 1]]);
        AssertScores([0, 0, 1], "grounded-vote", group.With(RewardInputs.BlindAnswers, [0, 0, 0])); // 1/3 and 2/3
        AssertScores([1, 1, 0], "grounded-vote", group); // 5/6 and 2/3
        AssertScores([1, 0], "grounded-vote", new AnswerGroup([0, 1], [[0, 1], [1, 0]])); // A tie: the first.
        AssertScores([0, 0], "grounded-vote", new AnswerGroup([None, None], [[None], [0]]));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("grounded-vote").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void A_grounded_vote_rewards_the_answer_that_grounded_rewards_most() =>
        Gen.Select(Gen.Int[0, 2].Array[4], Gen.Int[0, 2].Array[3].Array[4], Gen.Int[0, 3].Array[5]).Sample((maternal, retraced, blind) =>
        {
            AnswerGroup group = new AnswerGroup(maternal, retraced).With(RewardInputs.BlindAnswers, blind);
            double[] soft = RewardRules.Create("grounded").Score(group);
            double[] vote = RewardRules.Create("grounded-vote").Score(group);
            int label = maternal[Array.IndexOf(vote, 1)];
            Assert.Equal(soft.Max(), soft[Array.IndexOf(maternal, label)]);
            Assert.Equal(maternal.Select(answer => answer == label ? 1.0 : 0), vote);
        });

    [Fact]
    public void An_answer_that_others_lead_to_earns_more_in_the_chain_than_its_share() =>
        Gen.Int[2, 6].Sample(m =>
        {
            // Three of A, one of B; all continuations end in B.
            AnswerGroup group = new([0, 0, 0, 1], [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Repeat(1, m).ToArray())]);
            double[] chain = RewardRules.Create("chain").Score(group);
            double share = (1 + (4.0 * m)) / (4 * (m + 1));
            Assert.True(chain[3] > share);
            Assert.True(chain[0] < 1 - share);
        });
}
