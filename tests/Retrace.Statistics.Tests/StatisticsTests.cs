using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Statistics.Tests;

public class StatisticsTests
{
    private const int None = AnswerClasses.None;

    [Fact]
    public void A_group_is_described_by_its_maternal_answers()
    {
        GroupStatistics statistics = GroupStatistics.Of(
            new AnswerGroup([0, 0, 1, None], [[0, 1], [1, 1], [1, 1], [1, None]]));
        Assert.Equal(0.5, statistics.MajorityShare);
        Assert.False(statistics.IsHighConfidence);
        Assert.Equal(2, statistics.DistinctAnswers);
        Assert.Equal(0.75, statistics.AnswerRate);
        Assert.Equal(1, statistics.MajorityClass); // Pooled, 7 votes to 3.
        Assert.Equal([0.5, 0, 1, 0], statistics.Survivals);
    }

    [Theory]
    [InlineData(4, 5, true)]
    [InlineData(3, 4, false)]
    [InlineData(8, 10, true)]
    [InlineData(7, 8, true)]
    [InlineData(6, 8, false)]
    [InlineData(1, 1, true)]
    public void High_confidence_begins_at_exactly_four_fifths(int top, int samples, bool isHigh) =>
        Assert.Equal(isHigh, GroupStatistics.Of(
            new AnswerGroup([.. Enumerable.Range(0, samples).Select(i => i < top ? 0 : i)], [])).IsHighConfidence);

    [Fact]
    public void Without_answers_or_continuations_nothing_is_invented()
    {
        GroupStatistics silent = GroupStatistics.Of(new AnswerGroup([None, None], []));
        Assert.Equal(0, silent.MajorityShare);
        Assert.False(silent.IsHighConfidence);
        Assert.Equal(0, silent.DistinctAnswers);
        Assert.Equal(0, silent.AnswerRate);
        Assert.Equal(None, silent.MajorityClass);
        Assert.Equal([null, null], silent.Survivals);
    }

    [Fact]
    public void A_batch_is_measured_against_its_labels()
    {
        // Problem 1, gold 0: four right of five (frequency 0.8), one wrong (0.2).
        // Survivors: right 3 of 4, wrong 0 of 1.
        AnswerGroup first = new([0, 0, 0, 0, 1], [[0], [0], [0], [1], [0]]) { GoldClass = 0 };
        // Problem 2, gold 1: one right (0.25), two wrong (0.5), one without an answer.
        // Survivors: right 1 of 1, wrong 1 of 2.
        AnswerGroup second = new([0, 0, 1, None], [[0], [1], [1], [1]]) { GoldClass = 1 };
        // Problem 3: no answer is right. Problem 4: unlabelled.
        AnswerGroup third = new([0, 1], []) { GoldClass = None };
        AnswerGroup fourth = new([0, 0], [[0], [0]]);

        BatchStatistics batch = BatchStatistics.Of([first, second, third, fourth]);
        Assert.Equal((1 + 0.75 + 1 + 1) / 4, batch.AnswerRate, 12);
        // Without labels, of the trajectories with an answer: 3 of 5, 2 of 3, 2 of 2. Top shares 0.8, 0.5, 0.5 and 1.
        Assert.Equal(7.0 / 10, batch.Survival!.Value, 12);
        Assert.Equal([0, 0, 0.5, 0, 0.5], batch.TopShareHistogram);
        Assert.Equal((0.8 + 0.5 + 0.5 + 1) / 4, batch.MajorityShare, 12);
        Assert.Equal(0.5, batch.HighConfidenceShare);
        Assert.Equal((2 + 2 + 2 + 1) / 4.0, batch.DistinctAnswers);
        Assert.Equal(5.0 / 11, batch.Accuracy!.Value, 12);
        Assert.Equal(2.0 / 3, batch.PseudoLabelAccuracy!.Value, 12); // Second: pooled, 1 wins 4 to 3.
        Assert.Equal(4.0 / 5, batch.SurvivalRight!.Value, 12);
        Assert.Equal(1.0 / 3, batch.SurvivalWrong!.Value, 12);
        // [0.2, 0.4): the wrong one of problem 1 and the right one of problem 2.
        // [0.4, 0.6): two of problem 2 and two of problem 3, all wrong.
        Assert.Equal([null, 0.5, 0, null, 1], batch.AccuracyByFrequency);
    }

    [Fact]
    public void Unlabelled_problems_have_no_accuracy()
    {
        BatchStatistics batch = BatchStatistics.Of([new AnswerGroup([0], [[0]])]);
        Assert.Null(batch.Accuracy);
        Assert.Null(batch.PseudoLabelAccuracy);
        Assert.Null(batch.SurvivalRight);
        Assert.Null(batch.SurvivalWrong);
        Assert.Equal(new double?[5], batch.AccuracyByFrequency);
    }

    [Fact]
    public void A_problem_nobody_answered_is_wrong_even_where_no_answer_would_be_right()
    {
        BatchStatistics batch = BatchStatistics.Of([new AnswerGroup([None, None], []) { GoldClass = None }]);
        Assert.Equal(0, batch.Accuracy);
        Assert.Equal(0, batch.PseudoLabelAccuracy);
    }
}
