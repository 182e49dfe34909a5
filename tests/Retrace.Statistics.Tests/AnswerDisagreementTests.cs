namespace Retrace.Statistics.Tests;

public class AnswerDisagreementTests
{
    [Fact]
    public void It_is_counted_by_hand()
    {
        Assert.Equal(0, AnswerDisagreement.Excess(["a", "a", "a"], ["a", "a", "a"]));
        Assert.Equal(1, AnswerDisagreement.Excess(["b", "b", "b"], ["a", "a", "a"]));
        // Across, the first meets the second and the second the first: c and a differ, a and b too; within, a and b differ.
        Assert.Equal(0, AnswerDisagreement.Excess(["a", "c"], ["a", "b"]));
        // Across 1 pair of 6 agrees (the second a with the third), within 1 of 3.
        Assert.Equal((5 / 6.0) - (2 / 3.0), AnswerDisagreement.Excess(["c", "a", "c"], ["b", "a", "a"]), 12);
        Assert.Equal(1, AnswerDisagreement.Excess([null, null], ["a", "a"])); // No answer agrees with nothing.
    }

    [Fact]
    public void Draws_from_one_distribution_disagree_no_more_than_chance()
    {
        Random random = new(3);
        string[] Draw() => [.. Enumerable.Range(0, 5).Select(_ => $"{random.Next(3) + random.Next(3)}")];
        Assert.Equal(0, Enumerable.Range(0, 20_000).Average(_ => AnswerDisagreement.Excess(Draw(), Draw())), 0.005);
    }

    [Fact]
    public void Answers_drawn_with_the_same_random_numbers_do_not_count_as_agreement()
    {
        Random random = new(4);
        Assert.Equal(0, Enumerable.Range(0, 20_000).Average(_ =>
        {
            string[] drawn = [.. Enumerable.Range(0, 5).Select(_ => $"{random.Next(3)}")];
            return AnswerDisagreement.Excess(drawn, drawn);
        }), 0.005);
    }
}
