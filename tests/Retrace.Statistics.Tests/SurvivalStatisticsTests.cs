using CsCheck;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Statistics.Tests;

public class SurvivalStatisticsTests
{
    // Two trajectories answer 0, which is right, one answers 1 and one has no answer.
    private static readonly AnswerGroup First = new(
        [0, 0, 1, AnswerClasses.None], [[0, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    {
        GoldClass = 0,
    };

    // The frequent answer is wrong.
    private static readonly AnswerGroup Second = new([0, 0, 0, 1], [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]])
    {
        GoldClass = 1,
    };

    [Fact]
    public void Survival_is_counted_by_hand()
    {
        var one = SurvivalStatistics.Of([First]);
        Assert.Equal((3 + 2 + 1 + 0) / 16.0, one.Mean);
        Assert.Equal(5 / 8.0, one.Right);
        Assert.Equal(1 / 4.0, one.Wrong); // Without an answer is not wrong.
        Assert.Equal(3 / 8.0, one.Gap);
        Assert.Equal(3 / 8.0, one.VoteGap); // The vote is right.

        var both = SurvivalStatistics.Of([First, Second]);
        Assert.Equal((5 + 4) / 12.0, both.Right!.Value, 12);
        Assert.Equal((1 + 10) / 16.0, both.Wrong!.Value, 12);
        // In the second problem the wrong answer is the frequent one: 10 / 12 survive, of the right one 4 / 4.
        Assert.Equal((0.375 + (1 - (10 / 12.0))) / 2, both.GapWithin!.Value, 12);
        Assert.Equal((0.375 - (1 - (10 / 12.0))) / 2, both.VoteGap!.Value, 12);
        // Two differences d apart: standard deviation d / √2, standard error d / 2.
        Assert.Equal(
            1.959963984540054 * Math.Abs(0.375 - (1 - (10 / 12.0))) / 2, both.GapWithinHalfWidth!.Value, 12);
    }

    // The influences of the two problems, by hand: right 9/12, wrong 11/16.
    [Fact]
    public void The_intervals_width_is_that_of_the_delta_method()
    {
        double first = ((5 - (0.75 * 8)) / 12) - ((1 - (0.6875 * 4)) / 16);
        double second = ((4 - (0.75 * 4)) / 12) - ((10 - (0.6875 * 12)) / 16);
        Assert.Equal(
            1.959963984540054 * Math.Sqrt((first * first) + (second * second)),
            SurvivalStatistics.Of([First, Second]).GapHalfWidth!.Value,
            12);
    }

    // Shares 1, 1, 0.5, 1: variance 0.0625; chance: the mean of s(1 − s) / 3.
    [Fact]
    public void The_spread_is_what_varies_beyond_chance()
    {
        Assert.Equal(Math.Sqrt(0.0625 - (0.25 / 3 / 4)), SurvivalStatistics.Of([Second]).Spread, 12);
    }

    [Fact]
    public void The_spread_finds_how_much_survival_differs_between_trajectories()
    {
        Random random = new(7);
        AnswerGroup[] groups =
        [
            .. Enumerable.Range(0, 3000).Select(_ => new AnswerGroup(
                [0, 0, 0, 0],
                [.. new[] { 0.3, 0.5, 0.7, 0.9 }.Select(survival => Enumerable.Range(0, 5)
                    .Select(_ => random.NextDouble() < survival ? 0 : 1).ToArray())])),
        ];
        Assert.Equal(Math.Sqrt(0.2 / 3), SurvivalStatistics.Of(groups).Spread, 0.01);
    }

    [Fact]
    public void Without_labels_there_is_no_gap_and_all_else_is_as_with_them()
    {
        Gen.Int[0, 3].Array[4].Select(Gen.Int[-1, 3].Array[5].Array[4]).Sample((maternal, retraced) =>
        {
            AnswerGroup unlabeled = new(maternal, retraced);
            AnswerGroup labeled = new(maternal, retraced) { GoldClass = 2 };
            var without = SurvivalStatistics.Of([unlabeled]);
            var with = SurvivalStatistics.Of([labeled]);
            Assert.Null(without.Gap);
            Assert.Equal(
                with with
                {
                    Right = null,
                    Wrong = null,
                    Gap = null,
                    GapHalfWidth = null,
                    GapWithin = null,
                    GapWithinHalfWidth = null,
                },
                without);
        });
    }

    [Fact]
    public void One_continuation_is_too_few()
    {
        Assert.Throws<ArgumentException>(() => SurvivalStatistics.Of([new AnswerGroup([0], [[0]])]));
        Assert.Throws<ArgumentException>(() => SurvivalStatistics.Of([]));
    }
}
