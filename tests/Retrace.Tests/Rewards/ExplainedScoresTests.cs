using CsCheck;
using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

/// <summary>What rules say their scores are made of, against the worked examples of docs/rules.md.</summary>
public sealed class ExplainedScoresTests
{
    private const int None = AnswerClasses.None;

    private static readonly Gen<AnswerGroup> Groups =
        from n in Gen.Int[1, 6]
        from k in Gen.Int[1, 4]
        from maternal in Gen.Int[None, 3].Array[n]
        from retraced in Gen.Int[None, 3].Array[k].Array[n]
        from blind in Gen.Int[None, 3].Array[0, 4]
        select new AnswerGroup(maternal, retraced).With(RewardInputs.BlindAnswers, blind);

    // The rules that give an answer the share of the samples that have it.
    [Theory]
    [InlineData("srt")]
    [InlineData("srt-soft")]
    [InlineData("empo")]
    public void Votes_show_the_shares(string rule) => AssertParts(
        Explain(rule, new AnswerGroup([0, 0, 0, 1], [])), ("share of the samples", [0.75, 0.75, 0.75, 0.25]));

    [Fact]
    public void The_vote_of_both_rounds_shows_the_share_of_all_votes() => AssertParts(
        Explain("majority", new AnswerGroup([0, 0, None], [[0, 1], [0, 0], [None, 1]])),
        ("share of all votes", [5.0 / 9, 5.0 / 9, null]));

    [Fact]
    public void Ttrv_shows_the_share_and_the_entropy() => AssertParts(
        Explain("ttrv", new AnswerGroup([0, 0, 0, 1], [])),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("normalised entropy of the answers", [0.811278, 0.811278, 0.811278, 0.811278])); // 0.562335 / 0.693147

    [Fact]
    public void Evolmm_shows_the_words_before_the_answer() => AssertParts(
        Explain("evolmm", new AnswerGroup([0, 0, 0, 1], []) { Evidence = [new WordsBeforeAnswers([3, 9, 12, 6])] }),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("words before the answer", [3, 9, 12, 6]),
        ("excess length", [0, 0.5, 1, 0]));

    [Fact]
    public void Sfr_shows_both_shares() => AssertParts(
        Explain("sfr", new AnswerGroup([0, 1], [[0, 0], [0, 1]])),
        ("share of both rounds", [2.0 / 3, 1.0 / 3]),
        ("share of the continuations", [0.75, 0.25]));

    // The example of RewardRuleTests.Survival_adds_the_excess_over_the_frequency.
    [Fact]
    public void Survival_shows_how_often_an_answer_came_back() => AssertParts(
        Explain("survival", new AnswerGroup([0, 0, 1, None], [[0, 0], [0, 1], [0, 2], [1, None]])),
        ("share of both rounds", [0.5, 0.5, 0.25, null]),
        ("survival", [0.625, 0.625, 0.1875, null]),
        ("excess survival", [0.25, 0.25, -1.0 / 12, null]));

    [Fact]
    public void Grounded_shows_what_is_seen_and_what_is_said_blind()
    {
        (string, double?[])[] parts =
        [
            ("share of both rounds", [0.5, 0.5]),
            ("share of the blind samples", [0.5, 0]), // Two of three, and one that answers nothing.
            ("seen", [0, 0.5]),
            ("survival", [1, 1]),
            ("excess survival", [1, 1]),
        ];
        AnswerGroup group = new AnswerGroup([0, 1], [[0, 0], [1, 1]]).With(RewardInputs.BlindAnswers, [0, 0, None]);
        AssertParts(Explain("grounded", group), parts);
        AssertParts(Explain("grounded-vote", group), [.. parts, ("grounded", [0.5, 0.75])]);
    }

    // π = (13/18, 5/18), K = ((11/12, 1/12), (5/12, 7/12)): into A comes 5/18 · 5/12, into B 13/18 · 1/12.
    [Fact]
    public void The_chain_shows_where_its_share_comes_from() => AssertParts(
        RewardRules.Create("chain", new RewardParameters(Damping: 0.5)).Explain(new AnswerGroup([0, 1], [[0, 0], [0, 1]])),
        ("share of both rounds", [2.0 / 3, 1.0 / 3]),
        ("stays", [11.0 / 12, 7.0 / 12]),
        ("comes from others", [25.0 / 216, 13.0 / 216]));

    [Fact]
    public void Dual_consensus_shows_both_policies() => AssertParts(
        Explain("dual-consensus", new AnswerGroup([0, 0, 0, 1], [[0, 1, 1], [1, 1, 1], [1, 1, 2], [2]])),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("share of the continuations", [0.1, 0.1, 0.1, 0.7]),
        ("harmonic mean", [0.176471, 0.176471, 0.176471, 0.368421]));

    // A: 0.731059 · 0.5 with A as the label, 0.268941 · −0.5 with B. B: 0.268941 · 1.5 and 0.731059 · −1.5.
    [Fact]
    public void Restrain_shows_what_its_own_label_pays_and_what_the_others_cost() => AssertParts(
        Explain("restrain", new AnswerGroup([0, 0, 0, 1], [])),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("weight as the label", [0.731059, 0.731059, 0.731059, 0.268941]),
        ("with its own answer as the label", [0.365529, 0.365529, 0.365529, 0.403412]),
        ("with the others as the label", [-0.134471, -0.134471, -0.134471, -1.096588]));

    [Fact]
    public void Actor_and_judge_show_the_judgement_and_what_it_changes() => AssertParts(
        Explain("actor-judge", new AnswerGroup([0, 0, 0, 1], [])
        {
            Evidence = [new Judgements([1, 0.6, 0, 0.6]), new FormatChecks([true, true, true, true])],
        }),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("vote", [0.75, 0.75, 0.75, 0.25]),
        ("judgement", [1, 0.6, 0, 0.6]),
        ("factor of the judgement", [1.184827, 0.996403, 0.800067, 0.996403]),
        ("penalty for the form", [0, 0, 0, 0]),
        ("log-sum of the group", [2.034464, 2.034464, 2.034464, 2.034464]));

    [Fact]
    public void A_teacher_s_vote_shows_both_votes() => AssertParts(
        Explain("co-rewarding-ii", new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.TeacherAnswers, [1, 1, 0])),
        ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
        ("share of the teacher's answers", [1.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3]));

    [Fact]
    public void Other_words_show_the_answers_to_them()
    {
        (string, double?[])[] parts =
        [
            ("share of the samples", [0.75, 0.75, 0.75, 0.25]),
            ("share of the answers to other words", [0, 0, 0, 0.75]),
        ];
        AnswerGroup group = new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.RephrasedAnswers, [1, 1, 1, 2]);
        AssertParts(Explain("co-rewarding-i", group), parts);
        AssertParts(Explain("self-harmony", group), [.. parts, ("harmonic mean", [0, 0, 0, 0.375])]);
        AssertParts(Explain("self-harmony", group.With(RewardInputs.RephrasedAnswers, [])), [parts[0]]);
    }

    [Fact]
    public void Covo_shows_the_path_of_each_response() => AssertParts(
        Explain("covo", new AnswerGroup([0, 0, 1, None], [])
        {
            Evidence = [new AnswerDistances([[[1, 2], [3, 2], [1, 2]], [[1, 2], [1, 4]], [[2, 1]], []])],
        }),
        ("consistency", [2.0 / 3, 1, 1, null]),
        ("volatility", [2.0 / 3, 0, 0, null]));

    // That what a formula says of the parts is what was computed.
    [Fact]
    public void Scores_follow_from_their_parts() =>
        Groups.Sample(group =>
        {
            AssertFollows("survival", without: -0.25, 0.25, parts => (0.75 * parts["share of both rounds"]) + (0.25 * parts["excess survival"]));
            AssertFollows("grounded", without: -1, 0.25, parts => (0.75 * parts["seen"]) + (0.25 * parts["excess survival"]));
            AssertFollows("sfr", without: 0, 0.25, parts => parts["share of both rounds"]
                * (1 + (0.2 * Math.Tanh(5 * ((parts["share of the continuations"] / parts["share of both rounds"]) - 1)))));
            AssertFollows("consistency", without: 0, 0.25, parts => ((0.2 * parts["consistency"]) + (0.7 * parts["vote"])) / 0.9);
            // π − d · stays · π = (1 − d) · share + d · comes from others, d = 0.85.
            AssertFollows("chain", without: 0, 0.25, parts =>
                ((0.15 * parts["share of both rounds"]) + (0.85 * parts["comes from others"])) / (1 - (0.85 * parts["stays"])));

            void AssertFollows(string rule, double without, double lambda, Func<Dictionary<string, double>, double> score)
            {
                ExplainedScores explained =
                    RewardRules.Create(rule, new RewardParameters(SurvivalWeight: lambda)).Explain(group);
                for (int i = 0; i < group.Maternal.Count; i++)
                {
                    double expected = group.Maternal[i] == None
                        ? without
                        : score(explained.Parts.ToDictionary(part => part.Name, part => part.Values[i]!.Value));
                    Assert.Equal(Math.Clamp(expected, -1, 1), explained.Scores[i], 1e-9);
                }
            }
        });

    [Fact]
    public void Every_rule_explains_the_scores_that_it_gives()
    {
        foreach (string name in RewardRules.Names)
        {
            IRewardRule rule = RewardRules.Create(name);
            if (rule.GetType().Assembly != typeof(IRewardRule).Assembly)
            {
                continue; // Registered by another test.
            }
            ExplainedScores explained = rule.Explain(Everything);
            Assert.Equal(rule.Score(Everything), explained.Scores);
            Assert.NotEmpty(explained.Formula);
            Assert.All(explained.Parts, part => Assert.Equal(3, part.Values.Count));
            Assert.Equal(explained.Parts.Count, explained.Parts.DistinctBy(part => part.Name).Count());
            Assert.True(explained.Parts.Count > 0 || name is "random" or "supervised", name);
        }
    }

    // Answers A A B C of which the last has not the asked form, so nothing is learned: 0.5 is below srt's threshold.
    [Fact]
    public void Rewards_show_the_form_and_the_weight_of_the_problem()
    {
        TrajectoryRewards rewards = new(RewardRules.Create("srt"), 0.1, AdvantageNormalisation.GroupStd);
        AnswerGroup group = new([0, 0, 1, 2], []);
        ExplainedScores explained = rewards.Explain(group, [true, true, true, false]);
        AssertParts(
            explained,
            ("share of the samples", [0.5, 0.5, 0.25, 0.25]),
            ("score", [1, 1, 0, 0]),
            ("asked form", [1, 1, 1, 0]),
            ("weight of the problem", [0, 0, 0, 0]));
        Assert.Equal([1, 1, 0.1, 0], explained.Scores);
        Assert.Equal(explained.Scores, rewards.Of(group, [true, true, true, false]));

        ExplainedScores plain = new TrajectoryRewards(RewardRules.Create("srt"), 0, AdvantageNormalisation.GroupStd)
            .Explain(new AnswerGroup([0, 0, 0], []), [true, true, false]);
        AssertParts(plain, ("share of the samples", [1, 1, 1]));
    }

    [Fact]
    public void A_rule_that_does_not_explain_itself_has_scores_alone()
    {
        ExplainedScores explained = ((IRewardRule)new Constant()).Explain(new AnswerGroup([0, 1], []));
        Assert.Equal([3, 3], explained.Scores);
        Assert.Equal(("", 0), (explained.Formula, explained.Parts.Count));
    }

    private static AnswerGroup Everything => (GroupOfEverything.Unlabeled with { GoldClass = 1 }).With(RewardInputs.BlindAnswers, [0]);

    private static ExplainedScores Explain(string rule, AnswerGroup group) => RewardRules.Create(rule).Explain(group);

    private static void AssertParts(ExplainedScores explained, params (string Name, double?[] Values)[] expected)
    {
        Assert.Equal(expected.Select(part => part.Name), explained.Parts.Select(part => part.Name));
        foreach (((string name, double?[] values), RewardPart part) in expected.Zip(explained.Parts))
        {
            Assert.Equal(values.Select(value => value is null), part.Values.Select(value => value is null));
            Assert.All(values.Zip(part.Values), pair => Assert.True(
                Math.Abs((pair.First ?? 0) - (pair.Second ?? 0)) < 1e-5, $"{name}: {pair.Second} in place of {pair.First}"));
        }
    }

    private sealed class Constant : IRewardRule
    {
        public RewardInputs Reads => RewardInputs.None;

        public double[] Score(AnswerGroup group) => [.. group.Maternal.Select(_ => 3.0)];
    }
}
