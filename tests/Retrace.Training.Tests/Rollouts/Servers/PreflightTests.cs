using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class PreflightTests
{
    [Fact]
    public void A_mismatch_is_refused_with_both_numbers()
    {
        var refused = Assert.Throws<BadInputException>(() => Preflight.Compare(
            [Sample([-1, -2], [-1.5f, -1.5f]), Sample([-3], [-3])]));
        Assert.Contains("is -2.0000 there and -2.0000 here, 0.3333 apart in the mean, where 0.05", refused.Message);
    }

    [Theory]
    [InlineData(new[] { -1.04f, -2.05f }, true)]
    [InlineData(new[] { -1.04f, -2.07f }, false)]
    [InlineData(new[] { float.NaN, -2 }, false)]
    public void What_rounding_makes_is_allowed_and_more_is_not(float[] there, bool allowed)
    {
        Exception? error = Record.Exception(() => Preflight.Compare([Sample([-1, -2], there)]));
        Assert.Equal(allowed, error is null);
    }

    [Fact]
    public void Servers_that_report_nothing_pass() => Preflight.Compare([Sample([-1, -2], null)]);

    private static Generation Sample(float[] here, float[]? there) =>
        new([.. here.Select(_ => 5)], here, [.. here.Select(_ => 1f)], [], Stopped: false) { ServerLogProbs = there };
}
