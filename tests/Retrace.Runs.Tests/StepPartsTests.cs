using Retrace.Testing;

namespace Retrace.Runs.Tests;

public sealed class StepPartsTests
{
    private static readonly StepMetrics Step = UntakenStep.Of(3) with
    {
        StepSeconds = 20,
        SamplingSeconds = 9.5,
        ReinferenceSeconds = 4,
        PerturbingSeconds = 0.5,
        WaitingSeconds = 1,
        LearnSeconds = 3,
    };

    [Fact]
    public void The_rest_is_what_is_left_of_the_step()
    {
        StepParts parts = StepParts.Of(Step)!;
        Assert.Equal(new StepParts(9.5, 4, 0.5, 1, 3, 2), parts);
        Assert.Equal(20, parts.Total);
        Assert.Equal(20, parts.All.Sum(part => part.Seconds));
        Assert.Equal(new StepParts(19, 8, 1, 2, 6, 4), parts + parts);
        // Learning ends a moment before the step's time is read.
        Assert.Equal(0, StepParts.Of(Step with { StepSeconds = 17.999 })!.Rest);
    }

    [Fact]
    public void Lines_without_such_numbers_have_no_parts()
    {
        Assert.Null(StepParts.Of(Step with { SamplingSeconds = null })); // Of an earlier version.
        Assert.Null(StepParts.Of(Step with { StepSeconds = 0 }));
        Assert.Null(StepParts.Of(Step with { WaitingSeconds = -1 }));
        Assert.Null(StepParts.Of(UntakenStep.Of(0)));
    }
}
