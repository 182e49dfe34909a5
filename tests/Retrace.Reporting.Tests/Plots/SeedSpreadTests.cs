using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Tests.Plots;

public sealed class SeedSpreadTests
{
    [Fact]
    public void Mean_and_sample_deviation_are_taken_where_every_seed_has_a_value()
    {
        IReadOnlyList<SeedSpread> spreads = SeedSpread.Over([
            [new(1, 2), new(2, 5), new(3, 1)],
            [new(1, 4), new(2, null), new(3, 1)],
            [new(1, 6), new(2, 5)],
        ]);
        // Step 1: 2, 4, 6; squares of the deviations 4 + 0 + 4, over 2.
        Assert.Equal(
            [new SeedSpread(1, 4, 2), new SeedSpread(2, null, 0), new SeedSpread(3, null, 0)], spreads);
    }
}
