using Retrace.Evaluation.Reproductions;
using Retrace.Statistics;

namespace Retrace.Evaluation.Tests.Reproductions;

public sealed class OrderAgreementTests
{
    [Fact]
    public void Pairs_are_told_apart_by_intervals_that_leave_out_zero()
    {
        // In the paper 2 > 1 > 0; the last row equals the first and gives no pair with it.
        double[] paper = [30, 20, 10, 30];
        OrderAgreement agreement = OrderAgreement.Of(paper, (first, second) => (first, second) switch
        {
            (0, 1) => new MeanInterval(0.03, 0.01), // As in the paper.
            (0, 2) => new MeanInterval(0.03, 0.03), // It touches zero.
            (1, 2) => new MeanInterval(-0.02, 0.01), // The other way round.
            (1, 3) => new MeanInterval(-0.02, 0.01), // As in the paper.
            (2, 3) => new MeanInterval(-0.02, null), // One seed tells nothing.
            _ => throw new ArgumentException("Equal rows have no order."),
        });
        Assert.Equal(new OrderAgreement(Kept: 2, Reversed: 1, Inconclusive: 2), agreement);
        Assert.Equal(
            "Of 5 pairs of rows 2 stand in the paper's order beyond chance, 1 in the opposite one, and 2 cannot be told "
            + "apart: the shape agrees in part.",
            agreement.Sentence);
    }

    [Theory]
    [InlineData(3, 0, 0, "the shape agrees.")]
    [InlineData(1, 0, 2, "what can be told agrees with the paper.")]
    [InlineData(0, 1, 2, "the shape does not agree.")]
    [InlineData(0, 0, 3, "whether the shape agrees cannot be told.")]
    public void The_verdict_follows_from_the_counts(int kept, int reversed, int untold, string verdict) =>
        Assert.EndsWith($": {verdict}", new OrderAgreement(kept, reversed, untold).Sentence);

    [Theory]
    [InlineData(1, 0, 0, "The one pair of rows stands in the paper's order beyond chance: the shape agrees.")]
    [InlineData(0, 1, 0, "The one pair of rows stands in the opposite order beyond chance: the shape does not agree.")]
    [InlineData(0, 0, 1, "The one pair of rows cannot be told apart: whether the shape agrees cannot be told.")]
    public void One_pair_is_spoken_of_as_one(int kept, int reversed, int untold, string sentence) =>
        Assert.Equal(sentence, new OrderAgreement(kept, reversed, untold).Sentence);
}
