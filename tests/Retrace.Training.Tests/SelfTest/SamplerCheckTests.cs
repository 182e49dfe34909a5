using Retrace.SelfTest;
using Retrace.Testing;

namespace Retrace.Training.Tests.SelfTest;

public sealed class SamplerCheckTests
{
    private static readonly double[] Probabilities = [0.5, 0.3, 0.2, 0];

    // χ² = 5²/50 + 4²/30 + 1²/20 = 1.08333 with k = 2: (0.541667^(1/3) − 8/9) / √(1/9) = (0.815162 − 0.888889) · 3.
    [Fact]
    public void The_deviation_is_that_of_a_small_table() =>
        Close.Relative(-0.221180, SamplerCheck.Deviation([55, 26, 19, 0], Probabilities), 1e-4);

    [Fact]
    public void A_sampler_that_draws_what_is_impossible_or_otherwise_than_it_should_is_far_off()
    {
        Assert.Equal(double.PositiveInfinity, SamplerCheck.Deviation([50, 30, 19, 1], Probabilities));
        Assert.True(SamplerCheck.Deviation([5500, 2500, 2000, 0], Probabilities) > 4);
    }
}
