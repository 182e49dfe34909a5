using Retrace.Testing;

namespace Retrace.Runs.Tests;

public sealed class StepSummaryTests
{
    private static readonly StepMetrics Step = UntakenStep.Of(3) with
    {
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
    public void A_step_that_teaches_nothing_at_all_says_so() =>
        Assert.EndsWith(
            "left  no problem teaches anything: 75 % the same answer everywhere, 25 % left out by the rule",
            StepSummary.Line(
                Step with { NoSpreadShare = 1, NoSpreadSameAnswer = 0.75, NoSpreadLeftOut = 0.25 }, steps: 10));

    [Fact]
    public void A_line_says_what_the_guard_makes_of_the_run_unless_it_is_fine()
    {
        StepMetrics drifting = Step with
        {
            GuardVerdict = GuardVerdict.Drifting,
            GuardReason = "entropy fell from 0.160 nats to 0.030 nats",
        };
        Assert.EndsWith(
            "left  drifting: entropy fell from 0.160 nats to 0.030 nats", StepSummary.Line(drifting, steps: 10));
        Assert.EndsWith(
            "left  collapsing: entropy fell from 0.160 nats to 0.030 nats; back to the checkpoint of step 2, with a lower "
            + "learning rate",
            StepSummary.Line(
                drifting with { GuardVerdict = GuardVerdict.Collapsing, GuardReturnedTo = 2 }, steps: 10));
        Assert.Equal("", StepSummary.Guard(Step with { GuardVerdict = GuardVerdict.Fine }));
        Assert.Equal("", StepSummary.Guard(Step)); // A line of an earlier version.
    }

    [Fact]
    public void A_line_says_what_takes_most_of_the_step_and_how_fast_it_samples_and_learns()
    {
        StepMetrics measured = Step with
        {
            StepSeconds = 20,
            SamplingSeconds = 9.2,
            ReinferenceSeconds = 2.2,
            PerturbingSeconds = 0.1,
            WaitingSeconds = 0.1,
            LearnSeconds = 6,
            LearnedTokensPerSecond = 4000,
        };
        Assert.Equal(
            "reward 0.500  entropy 0.250  900 tokens/s sampled, 4000 learned  20.0 s (46 % sampling, 30 % learning, 12 % the rest, "
            + "11 % re-inference)",
            StepSummary.Numbers(measured));
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
