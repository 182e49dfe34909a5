using Retrace.Statistics;

namespace Retrace.Tests.Statistics;

public class AnswerDisagreementTests
{
    [Fact]
    public void It_is_counted_by_hand()
    {
        Assert.Equal(0, AnswerDisagreement.Excess(["a", "a"], ["a", "a", "a"]));
        Assert.Equal(1, AnswerDisagreement.Excess(["b", "b"], ["a", "a", "a"]));
        // Across 3 of 4 pairs differ, within one pair of one.
        Assert.Equal(0.75 - 1, AnswerDisagreement.Excess(["a", "c"], ["a", "b"]));
        Assert.Equal(1, AnswerDisagreement.Excess([null], ["a", "a"])); // No answer agrees with nothing.
    }

    [Fact]
    public void Draws_from_one_distribution_disagree_no_more_than_chance()
    {
        Random random = new(3);
        string[] Draw() => [.. Enumerable.Range(0, 5).Select(_ => $"{random.Next(3) + random.Next(3)}")];
        Assert.Equal(0, Enumerable.Range(0, 20_000).Average(_ => AnswerDisagreement.Excess(Draw(), Draw())), 0.005);
    }
}
