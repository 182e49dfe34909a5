namespace Retrace.Runs.Tests;

public sealed class StepSummaryTests
{
    private static readonly StepMetrics Step = new()
    {
        Step = 3,
        Method = "csrs",
        Seed = 0,
        RewardMean = 0.5,
        Entropy = 0.25,
        TokensPerSecond = 900,
        StepSeconds = 2,
    };

    [Fact]
    public void A_line_says_which_share_of_the_problems_teaches_nothing_and_why()
    {
        StepMetrics explained = Step with
        {
            NoSpreadShare = 0.875,
            NoSpreadSameAnswer = 0.5,
            NoSpreadNoAnswer = 0.25,
            NoSpreadCutOff = 0.125,
            NoSpreadOther = 0,
        };
        Assert.EndsWith(
            "  88 % of the problems teach nothing: 50 % the same answer everywhere, 25 % no answer found, 13 % all cut off at "
            + "the longest length",
            StepSummary.Line(explained, steps: 10));
    }

    [Fact]
    public void Where_every_problem_teaches_something_nothing_is_said()
    {
        Assert.Equal(
            "step 3/10  reward 0.500  entropy 0.250  900 tokens/s  2.0 s  0:00:14 left",
            StepSummary.Line(Step with { NoSpreadShare = 0 }, steps: 10));
        Assert.Equal("", StepSummary.NoSpread(Step)); // A line of an earlier version.
    }
}
