using CsCheck;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

public sealed class SoftenedFrequencyRewardTests
{
    private static readonly Gen<(SoftenedFrequency Softening, double Base, double Retraced)> Frequencies =
        Gen.Select(Gen.Double[0, 0.999], Gen.Double[0.01, 20], Gen.Double[0.001, 1], Gen.Double[0, 1],
            (gamma, beta, overall, retraced) => (new SoftenedFrequency(gamma, beta), overall, retraced));

    // n = 8, m = 5, γ = 0.2, β = 5, by hand.
    // 4 times in M and 25 in R: f_base = 29/48, f_r = 25/40, β (f_r / f_base − 1) = 5 · 1/29 = 0.172414, whose tanh is 0.170726:
    //     29/48 · (1 + 0.2 · 0.170726) = 0.624796.
    // 2 and 5: f_base = 7/48, f_r = 1/8, 5 · (6/7 − 1) = −0.714286, tanh −0.613363: 7/48 · (1 − 0.122673) = 0.127944.
    // 1 and 0: tanh −5 = −0.999909: 1/48 · 0.800018 = 0.016667.
    [Fact]
    public void Answers_that_come_back_are_lifted_and_those_that_do_not_are_lowered()
    {
        int[] maternal = [0, 0, 0, 0, 1, 1, 2, AnswerClasses.None];
        int[] retraced =
        [
            .. Enumerable.Repeat(0, 25), .. Enumerable.Repeat(1, 5), .. Enumerable.Repeat(3, 8),
            AnswerClasses.None, AnswerClasses.None,
        ];
        double[] rewards = RewardRules.Create("sfr").Score(new AnswerGroup(maternal, [.. retraced.Chunk(5)]));
        double[] expected = [0.624796, 0.624796, 0.624796, 0.624796, 0.127944, 0.127944, 0.016667, 0];
        Assert.All(expected.Zip(rewards), pair => Assert.Equal(pair.First, pair.Second, 6));
    }

    // γ = 0.5, β = 10. 2 and 3 of n = 2, m = 2: f_base 5/6, f_r 3/4, tanh(10 · (9/10 − 1)) = tanh(−1) = −0.761594:
    //     5/6 · (1 − 0.380797) = 0.516002.
    [Fact]
    public void Its_numbers_can_be_chosen()
    {
        AnswerGroup group = new([0, 0], [[0, 0], [0, 1]]);
        double[] rewards = RewardRules.Create("sfr", new RewardParameters(Gamma: 0.5, Beta: 10)).Score(group);
        Assert.All(rewards, reward => Assert.Equal(0.516002, reward, 6));
    }

    [Fact]
    public void Without_continuations_it_is_the_frequency() =>
        Assert.Equal(
            [0.75, 0.75, 0.75, 0], RewardRules.Create("sfr").Score(new AnswerGroup([0, 0, 0, AnswerClasses.None], [])));

    [Fact]
    public void What_comes_back_as_often_as_it_came_keeps_its_frequency() =>
        Frequencies.Sample(one => one.Softening.Of(one.Base, one.Base) == one.Base);

    [Fact]
    public void It_rises_with_the_frequency_among_continuations() =>
        Gen.Select(Frequencies, Gen.Double[0, 1]).Sample((one, other) =>
        {
            (double less, double more) = (Math.Min(one.Retraced, other), Math.Max(one.Retraced, other));
            return one.Softening.Of(one.Base, less) <= one.Softening.Of(one.Base, more);
        });

    [Fact]
    public void It_stays_within_a_share_of_gamma_of_the_frequency() =>
        Frequencies.Sample(one =>
        {
            double reward = one.Softening.Of(one.Base, one.Retraced);
            return reward >= one.Base * (1 - one.Softening.Gamma) && reward <= Math.Min(1, one.Base * (1 + one.Softening.Gamma));
        });

    // No steps in either frequency. |dr/df_r| ≤ γ β. With u = β (f_r / f_base − 1), dr/df_base is
    // 1 + γ tanh u − γ (u + β) / cosh² u, and |u| / cosh² u < 1/2, so that |dr/df_base| ≤ 1 + γ + γ (β + 1/2).
    [Fact]
    public void It_is_continuous() =>
        Gen.Select(Frequencies, Gen.Double[-1e-6, 1e-6], Gen.Double[-1e-6, 1e-6]).Sample((one, change, changeOfBase) =>
        {
            double moved = Math.Clamp(one.Retraced + change, 0, 1);
            double movedBase = Math.Clamp(one.Base + changeOfBase, 0.0005, 1);
            double difference = one.Softening.Of(movedBase, moved) - one.Softening.Of(one.Base, one.Retraced);
            (double gamma, double beta) = (one.Softening.Gamma, one.Softening.Beta);
            double steepest = (gamma * beta * Math.Abs(change))
                + ((1 + gamma + (gamma * (beta + 0.5))) * Math.Abs(changeOfBase));
            return Math.Abs(difference) <= steepest + 1e-12;
        });

    [Theory]
    [InlineData(-0.1, 5)]
    [InlineData(1, 5)]
    [InlineData(double.NaN, 5)]
    [InlineData(0.2, 0)]
    [InlineData(0.2, -1)]
    [InlineData(0.2, double.PositiveInfinity)]
    public void Numbers_out_of_range_are_refused(double gamma, double beta) =>
        Assert.Throws<BadInputException>(() => new SoftenedFrequency(gamma, beta));
}
