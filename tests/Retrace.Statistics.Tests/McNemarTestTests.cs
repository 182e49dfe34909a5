using CsCheck;

namespace Retrace.Statistics.Tests;

public class McNemarTestTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(2, 1, 1)]               // 2 · (1 + 3) / 8
    [InlineData(5, 0, 2 / 32.0)]
    [InlineData(1, 6, 16 / 128.0)]      // 2 · (1 + 7) / 2⁷
    [InlineData(10, 2, 158 / 4096.0)]   // 2 · (1 + 12 + 66) / 2¹²
    [InlineData(4, 11, 3882 / 32768.0)] // 2 · (1 + 15 + 105 + 455 + 1365) / 2¹⁵
    public void The_p_value_is_that_of_a_fair_coin(int gained, int lost, double expected) =>
        Assert.Equal(expected, new McNemarTest(gained, lost).PValue, 12);

    [Fact]
    public void Only_what_one_of_the_two_has_right_counts() => Gen.Bool.Array[0, 40].SelectMany(before =>
        Gen.Bool.Array[before.Length].Select(after => (before, after))).Sample(pair =>
    {
        (bool[] before, bool[] after) = pair;
        var test = McNemarTest.Of(before, after);
        Assert.Equal(after.Count(right => right) - before.Count(right => right), test.Gained - test.Lost);
        Assert.Equal(before.Zip(after).Count(one => one.First != one.Second), test.Gained + test.Lost);
        Assert.Equal(test.PValue, McNemarTest.Of(after, before).PValue);
        Assert.InRange(test.PValue, 0, 1);
    });

    [Fact]
    public void Answers_that_are_no_pairs_are_refused() =>
        Assert.Throws<ArgumentException>(() => McNemarTest.Of([true], [true, false]));
}
