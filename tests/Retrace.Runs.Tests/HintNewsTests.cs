using Retrace.Testing;

namespace Retrace.Runs.Tests;

public sealed class HintNewsTests
{
    [Fact]
    public void A_hint_is_told_once_when_three_steps_on_end_have_given_it()
    {
        HintNews news = new();
        Assert.Empty(news.After(Step("data.batch")));
        Assert.Empty(news.After(Step("data.batch")));
        Assert.Empty(news.After(Step())); // Not on end.
        Assert.Empty(news.After(Step("data.batch")));
        Assert.Empty(news.After(Step("data.batch", "rollout.servers")));
        Assert.Equal([Hint("data.batch")], news.After(Step("data.batch", "rollout.servers")));
        Assert.Equal([Hint("rollout.servers")], news.After(Step("data.batch", "rollout.servers")));
        Assert.Empty(news.After(Step("data.batch", "rollout.servers")));
    }

    [Fact]
    public void Hints_that_last_are_those_of_the_last_step_which_the_two_before_it_gave_too()
    {
        StepMetrics[] steps = [Step("a", "b"), Step("a", "b"), Step("a", "b"), Step("b", "c")];
        Assert.Equal([Hint("b")], PersistentHints.Of(steps));
        Assert.Equal([Hint("a"), Hint("b")], PersistentHints.Of(steps[..3]));
        Assert.Empty(PersistentHints.Of(steps[..2]));
        Assert.Empty(PersistentHints.Of([UntakenStep.Of(), UntakenStep.Of(), UntakenStep.Of()])); // Of an earlier version.
        StepMetrics broken = UntakenStep.Of() with { CostHints = [null!, new CostHint(null!, "x"), new CostHint("x", null!)] };
        Assert.Empty(PersistentHints.Of([broken, broken, broken])); // As a file may hold them.
    }

    private static StepMetrics Step(params string[] settings) =>
        UntakenStep.Of() with { CostHints = [.. settings.Select(Hint)] };

    private static CostHint Hint(string setting) => new(setting, $"{setting} costs");
}
