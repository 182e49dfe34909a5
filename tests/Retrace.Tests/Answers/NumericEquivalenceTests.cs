using Retrace.Answers;

namespace Retrace.Tests.Answers;

public sealed class NumericEquivalenceTests
{
    [Theory]
    [InlineData(1, "1.2", "1.19", true)]
    [InlineData(1, "1.2", "1.26", false)]
    [InlineData(2, "0.33", "1/3", true)]
    [InlineData(2, "0.33", "0.34", false)]
    [InlineData(1, "5", "5.04 cm", true)]
    [InlineData(1, "[2, 3]", "[2, 3]", true)]
    [InlineData(1, "[2, 3]", "[2, 3.01]", false)]
    public void Numbers_are_equal_after_rounding(int decimals, string label, string answer, bool equal) =>
        Assert.Equal(equal, new RoundedEquivalence(decimals).AreEqual(label, answer));

    [Theory]
    [InlineData("3", "3.7", true)]
    [InlineData("4", "3.7", false)]
    [InlineData("-3", "-3.7", true)]
    public void Towards_zero_decimals_are_cut_off(string label, string answer, bool equal) =>
        Assert.Equal(equal, new RoundedEquivalence(0, MidpointRounding.ToZero).AreEqual(label, answer));

    [Theory]
    [InlineData("2.0944", "2.094", true)]
    [InlineData("2.0944", @"\frac{2\pi}{3}", true)]
    [InlineData("2.0944", "2.096", false)]
    [InlineData("2.0944", "none", false)]
    [InlineData("May", "may", true)]
    public void Numbers_are_equal_within_the_tolerance(string label, string answer, bool equal) =>
        Assert.Equal(equal, new ToleranceEquivalence(0.001).AreEqual(label, answer));

    [Fact]
    public void Any_accepted_answer_is_right_and_they_are_one()
    {
        AcceptedAnswers accepted = new(["0.25", "a quarter"], new RoundedEquivalence(2));
        Assert.True(accepted.AreEqual("0.25", "A quarter"));
        Assert.True(accepted.AreEqual("0.25", "1/4"));
        Assert.False(accepted.AreEqual("0.25", "0.3"));
        Assert.True(accepted.AreEqual("half", "half"));
        Assert.Equal([0, 0, 1], AnswerClasses.Of(["1/4", "a quarter", "half"], accepted));
    }
}
