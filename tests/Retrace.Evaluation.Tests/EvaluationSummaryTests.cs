using System.Numerics;
using Retrace.Answers;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Tests;

public sealed class EvaluationSummaryTests
{
    private const int None = AnswerClasses.None;

    [Fact]
    public void Pass_at_j_is_the_share_of_subsets_that_hold_a_right_response()
    {
        for (int k = 1; k <= 8; k++)
        {
            for (int c = 0; c <= k; c++)
            {
                for (int j = 1; j <= k; j++)
                {
                    uint right = (1u << c) - 1;
                    uint[] subsets = [.. Enumerable.Range(0, 1 << k).Select(set => (uint)set)
                        .Where(set => BitOperations.PopCount(set) == j)];
                    double expected = subsets.Count(set => (set & right) != 0) / (double)subsets.Length;
                    Assert.Equal(expected, EvaluationSummary.PassAtOf(k, c, j), 12);
                }
            }
        }
    }

    [Theory]
    [InlineData(true, 0, 0, 1, 1, 0)]       // A tie: the answer that came first.
    [InlineData(false, 1, 0, 1, 1, 0)]
    [InlineData(true, 1, 0, 1, 1)]
    [InlineData(true, 0, None, None, None, 0)] // Responses without an answer do not vote.
    [InlineData(false, None, None, None)]
    [InlineData(false, None, 0, 0)]
    public void The_majority_is_the_most_frequent_answer_and_of_several_the_first(
        bool right, int goldClass, params int[] classes) =>
        Assert.Equal(right, Graded(goldClass, classes).MajorityIsRight);

    [Fact]
    public void The_summary_averages_over_problems_and_responses()
    {
        EvaluationSummary summary = EvaluationSummary.Of(
        [
            Graded(0, 0, 0, 0, 1, None), // 3 of 5 right, the majority too
            Graded(1, 0, 1, 0, 2, 0),    // 1 of 5, the majority not
            Graded(None, 0, None, None, None, None),
        ]);
        Assert.Equal((3, 5), (summary.Problems, summary.Samples));
        Assert.Equal(4 / 15.0, summary.Accuracy, 12);
        Assert.Equal([1, 2, 4, 5], summary.PassAt.Select(pass => pass.J));
        double[] pass = [4 / 15.0, (1 - (1 / 10.0) + (1 - (6 / 10.0))) / 3, (1 + (1 - (1 / 5.0))) / 3, 2 / 3.0];
        Assert.All(pass.Zip(summary.PassAt), pair => Assert.Equal(pair.First, pair.Second.Share, 12));
        Assert.Equal(1 / 3.0, summary.MajorityAccuracy, 12);
        Assert.Equal(10 / 15.0, summary.AnswerRate, 12);
        Assert.InRange(4 / 15.0, summary.Interval.Lower, summary.Interval.Upper);
        Assert.Equal(3 / 15.0, summary.FormatRate, 12); // See Graded: the first response of each.
        // Each problem's are of 10, 20, 30, 40 and 50 tokens, and the last two came to no end.
        Assert.Equal(new ResponseLengths(30, 30, 50, 6 / 15.0), summary.Lengths);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("<think>\n", 1)]
    public void A_thought_that_the_prompt_has_opened_counts_for_the_form(string opening, double rate) => Assert.Equal(
        rate,
        EvaluationSummary.Of(
        [
            Graded(0, 0) with { Responses = [new("so</think>\\boxed{1}", 5, Stopped: true)], Opening = opening },
        ]).FormatRate);

    [Fact]
    public void The_median_of_an_even_number_lies_between_the_two_in_the_middle() => Assert.Equal(
        new ResponseLengths(22.5, 15, 60, 0.25),
        ResponseLengths.Of([new("", 20, true), new("", 60, false), new("", 0, true), new("", 10, true)]));

    [Fact]
    public void The_majority_answer_is_the_first_of_its_class()
    {
        Assert.Equal("answer 1", Graded(0, None, 0, 1, 1).MajorityAnswer);
        Assert.Null(Graded(None, None, None).MajorityAnswer);
    }

    private static GradedProblem Graded(int goldClass, params int[] classes) => new(
        "id",
        null,
        "gold",
        [
            .. classes.Select((_, i) => new SampledResponse(
                i == 0 ? "<think>so</think>\\boxed{1}" : "no form", Tokens: 10 * (i + 1), Stopped: i < 3)),
        ],
        [.. classes.Select(id => id == None ? null : $"answer {id}")],
        classes,
        goldClass);
}
