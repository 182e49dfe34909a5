using Retrace.Runs;
using Retrace.Training.Guarding;
using static Retrace.Training.Tests.Guarding.HandMade;

namespace Retrace.Training.Tests.Guarding;

public sealed class GuardSentenceTests
{
    [Fact]
    public void A_fine_run_needs_no_words() => Assert.Null(GuardSentence.Of(States(Times(5, Start)).Last()));

    // After k = 8 steps a share of 2^−8 of the start is left: 0.16 nats → 0.001, two further answers → 0.01.
    [Fact]
    public void What_fell_is_named_with_both_values()
    {
        StepMetrics unsure = Settled with { NoSpreadShare = 0.2, HighConfidenceShare = 0.2 };
        GuardState state = States([.. Times(3, Start), .. Times(8, unsure)]).Last();
        Assert.Equal(GuardVerdict.Collapsing, state.Verdict);
        Assert.Equal(
            "entropy fell from 0.160 nats to 0.001 nats, and further answers to a problem besides the first fell from 2.00 to "
            + "0.01",
            GuardSentence.Of(state));
    }

    [Fact]
    public void What_rose_is_named_alone_where_it_is_alone()
    {
        GuardState state = States([.. Times(3, Start), .. Times(12, Start with { CutOffShare = 1 })]).Last();
        Assert.Equal(GuardVerdict.Drifting, state.Verdict);
        Assert.Equal("responses cut off at the longest length rose from 2 % to 100 %", GuardSentence.Of(state));
    }

    [Fact]
    public void A_verdict_that_outlasts_its_signs_says_so()
    {
        GuardState state = States([.. Times(3, Start), .. Times(20, Settled), .. Times(3, Start)]).Last();
        Assert.Equal(GuardVerdict.Collapsing, state.Verdict);
        Assert.Equal("the signs have come back, but not for long enough", GuardSentence.Of(state));
    }
}
