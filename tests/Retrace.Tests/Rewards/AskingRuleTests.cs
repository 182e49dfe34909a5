using CsCheck;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

/// <summary>
/// The rules of other papers that read more than the policy's answers: its confidence, a judge, a teacher, the start
/// model, distances; against values computed by hand.
/// </summary>
public class AskingRuleTests
{
    private const int None = AnswerClasses.None;

    private static void AssertScores(double[] expected, string rule, AnswerGroup group)
    {
        double[] scores = RewardRules.Create(rule).Score(group);
        Assert.Equal(expected, scores, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_response_is_as_confident_as_its_steps_are_on_average()
    {
        // Steps of 2, 1 and 3 tokens: means 1.5, 6 and 2.
        float[] tokens = [1, 2, 6, 1, 2, 3];
        Assert.Equal((1.5 + 6 + 2) / 3, StepConfidences.Of(tokens, [2, 3]), 1e-12);
        Assert.Equal((1.5 + 6 + 2) / 3, StepConfidences.Of(tokens, [2, 3, 6]), 1e-12); // The last step ends with the text.
        Assert.Equal(2.5, StepConfidences.Of(tokens, []), 1e-12);
        Assert.Equal(0, StepConfidences.Of([], []));
    }

    // The example of StepConfidenceReward: who is picked is written down, two of four for each subgroup.
    [Fact]
    public void Scope_takes_the_size_of_subgroups_that_balances_reward_and_diversity()
    {
        int[] picks = [0, 1, 2, 3, 0, 3, 0, 2, /* size 2 */ 0, 3, 1, 2, /* size 4 */ 0, 1];
        AssertScores([1, 1, 1, 0], "scope", Group([0, 0, 0, 1], [1, 1, 1, 4], new Written(picks)));
    }

    [Fact]
    public void Scope_gives_every_response_its_own_label_where_that_loses_nothing()
    {
        // Size 1: each subgroup's voters are the response itself and one like it. Rate 1 and two labels exceed all else.
        int[] picks = [0, 1, 1, 1, 2, 3, 3, 3, /* size 2 */ 0, 1, 0, 1, /* size 4 */ 0, 1];
        AssertScores([1, 1, 1, 1], "scope", Group([0, 0, 1, 1], [1, 1, 2, 2], new Written(picks)));
    }

    [Fact]
    public void Scope_hears_nobody_who_does_not_answer()
    {
        AssertScores([0, 0], "scope", Group([None, None], [5, 5], new Random(1)));
        AssertScores([1, 0, 1], "scope", Group([2, None, 2], [1, 9, 1], new Random(1)));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("scope").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void Scope_rewards_with_ones_for_answers_and_is_the_same_for_the_same_numbers() =>
        Gen.Select(Gen.Int[None, 3].Array[6], Gen.Double[0.1, 9].Array[6], Gen.Int).Sample((answers, confidences, seed) =>
        {
            double[] scores = RewardRules.Create("scope").Score(Group(answers, confidences, new Random(seed)));
            Assert.All(scores, score => Assert.True(score is 0 or 1));
            Assert.All(answers.Zip(scores), one => Assert.True(one.First != None || one.Second == 0));
            Assert.Equal(scores, RewardRules.Create("scope").Score(Group(answers, confidences, new Random(seed))));
        });

    [Fact]
    public void The_judge_lifts_and_lowers_what_the_frequency_gives()
    {
        double[] rewards = [0.888620, 0.747302, 0.600050, 0.249101];
        double whole = Math.Log(rewards.Sum(Math.Exp));
        Assert.Equal(2.034464, whole, 1e-5);
        AssertScores(
            [.. rewards.Select(reward => reward - whole)],
            "actor-judge",
            Judged([0, 0, 0, 1], [1, 0.6, 0, 0.6], [true, true, true, true]));

        // 7 of 8 are more than 0.85: the vote. Judged 0.67 nothing changes; without the form half a point less, at least 0.
        double[] judged = RewardRules.Create("actor-judge").Score(Judged(
            [0, 0, 0, 0, 0, 0, 0, 1], [.. Enumerable.Repeat(0.67, 8)], [false, .. Enumerable.Repeat(true, 6), false]));
        Assert.Equal(0.5, judged[1] - judged[0], 2);
        Assert.Equal(1, judged[1] - judged[7], 2);
        Assert.Equal(1, judged.Sum(Math.Exp), 1e-9);
        Assert.Throws<ArgumentException>(() => RewardRules.Create("actor-judge").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void The_teacher_s_vote_is_the_label()
    {
        AssertScores([0, 0, 0, 1], "co-rewarding-ii", new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.TeacherAnswers, [1, 1, 0]));
        AssertScores([1, 0], "co-rewarding-ii", new AnswerGroup([0, None], []).With(RewardInputs.TeacherAnswers, [2, 0, 2, 0])); // A tie.
        AssertScores([0, 0], "co-rewarding-ii", new AnswerGroup([0, None], []).With(RewardInputs.TeacherAnswers, [None, 3]));
        AssertScores([0, 0], "co-rewarding-ii", new AnswerGroup([0, None], []).With(RewardInputs.TeacherAnswers, [None]));
        Assert.Throws<ArgumentException>(() => RewardRules.Create("co-rewarding-ii").Score(new AnswerGroup([0], [])));
    }

    [Fact]
    public void Restrain_weighs_a_problem_by_what_the_start_model_answered()
    {
        IRewardRule rule = RewardRules.Create("restrain");
        AnswerGroup group = new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.StartAnswers, [0, 1, 1, 2]);
        Assert.Equal(Math.Exp(-0.5), rule.WeightOf(group), 1e-12);
        Assert.Equal(rule.Score(group.With(RewardInputs.StartAnswers, [])), rule.Score(group));
        Assert.Equal(Math.Exp(-2), rule.WeightOf(group.With(RewardInputs.StartAnswers, [None, None])), 1e-12);
    }

    [Fact]
    public void The_vote_on_the_question_in_other_words_is_the_label()
    {
        AssertScores([0, 0, 0, 1], "co-rewarding-i", new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.RephrasedAnswers, [1, 1, 0]));
        AssertScores([0, 0], "co-rewarding-i", new AnswerGroup([0, None], []).With(RewardInputs.RephrasedAnswers, [None, 3]));
    }

    [Fact]
    public void Self_harmony_wants_an_answer_under_both_wordings()
    {
        // 2 · 3/4 · 1/4 / 1 for both: the one that came first. Then h(A) = 0; then nothing is in both.
        AssertScores([1, 1, 1, 0], "self-harmony", new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.RephrasedAnswers, [1, 1, 1, 0]));
        AssertScores([0, 0, 0, 1], "self-harmony", new AnswerGroup([0, 0, 0, 1], []).With(RewardInputs.RephrasedAnswers, [1, 1, 1, 2]));
        AssertScores([0, 0, 0, 0], "self-harmony", new AnswerGroup([0, 0, None, 1], []).With(RewardInputs.RephrasedAnswers, [2, None]));
        // A: 2 · 0.5 · 0.25 / 0.75 = 1/3; B: 2 · 0.25 · 0.75 / 1 = 3/8.
        AssertScores([0, 0, 1, 0], "self-harmony", new AnswerGroup([0, 0, 1, 2], []).With(RewardInputs.RephrasedAnswers, [1, 1, 1, 0]));
    }

    [Theory]
    [InlineData("co-rewarding-i")]
    [InlineData("self-harmony")]
    public void A_problem_without_other_words_is_left_out(string name)
    {
        IRewardRule rule = RewardRules.Create(name);
        AnswerGroup group = new([0, 0, 1], []);
        AssertScores([0, 0, 0], name, group);
        Assert.Equal((0, 1), (rule.WeightOf(group), rule.WeightOf(group.With(RewardInputs.RephrasedAnswers, [None]))));
    }

    [Fact]
    public void Covo_pays_for_paths_that_stay_with_their_answer()
    {
        AssertScores(
            [0.789350, 0.789350, 1],
            "covo",
            Paths([0, 0, 1], [[[1, 2], [3, 2], [1, 2]], [[1, 2], [1, 4]], [[2, 1]]]));
        // Equally far is not near, but does not unsettle: C = 0.
        AssertScores([0, 1, 0], "covo", Paths([0, 1, None], [[[1, 1]], [[3, 2]], []]));
        // C = 1/2 and V = 1 where the last step turns away.
        AssertScores([0.5, 0.5], "covo", Paths([0, 1], [[[1, 2], [2, 1]], [[2, 1], [1, 2]]]));
        AssertScores([0, 0], "covo", Paths([0, 0], [[], []])); // A single answer.
        Assert.Throws<ArgumentException>(() => RewardRules.Create("covo").Score(new AnswerGroup([0], [])));
    }

    private static AnswerGroup Group(int[] answers, double[] confidences, Random random) => new(answers, [])
    {
        Evidence = [new StepConfidences(confidences), new RandomNumbers(random)],
    };

    private static AnswerGroup Judged(int[] answers, double[] scores, bool[] formatted) => new(answers, [])
    {
        Evidence = [new Judgements(scores), new FormatChecks(formatted)],
    };

    private static AnswerGroup Paths(int[] answers, double[][][] distances) => new(answers, [])
    {
        Evidence = [new AnswerDistances(distances)],
    };

    // Whole numbers that are written down.
    private sealed class Written(int[] numbers) : Random
    {
        private readonly Queue<int> _numbers = new(numbers);

        public override int Next(int minValue, int maxValue)
        {
            int next = _numbers.Dequeue();
            Assert.InRange(next, minValue, maxValue - 1);
            return next;
        }
    }
}
