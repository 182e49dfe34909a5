namespace Retrace.Training.Tests;

public sealed class PortionTimesTests
{
    // 2 s and 0.5 s for each unit: of 4.5 units in the mean that is 2 of 4.25 s.
    [Fact]
    public void On_a_line_the_fixed_share_is_what_the_line_has_at_no_size()
    {
        PortionTimes times = Of(Enumerable.Range(1, 8).Select(size => ((double)size, 2 + (0.5 * size))));
        Assert.Equal(8, times.Count);
        Assert.Equal(4.5, times.MeanSize!.Value, 12);
        Assert.Equal(2 / 4.25, times.FixedShare!.Value, 12);
    }

    // By hand: sizes 1 and 3, four times each; seconds 1, 2, 3, 2 and 5, 3, 4, 4. Means 2 of each size, and 2 and 4 s: a line
    // through (1, 2) and (3, 4) has 1 at 0, of 3 s in the mean.
    [Fact]
    public void Off_a_line_it_is_that_of_least_squares() => Assert.Equal(
        1.0 / 3, Of([(1, 1), (1, 2), (1, 3), (1, 2), (3, 5), (3, 3), (3, 4), (3, 4)]).FixedShare!.Value, 12);

    [Fact]
    public void A_share_is_one_at_most_and_none_at_least()
    {
        Assert.Equal(1, Of(Enumerable.Range(1, 8).Select(size => ((double)size, 10.0 - size))).FixedShare);
        Assert.Equal(0, Of(Enumerable.Range(1, 8).Select(size => ((double)size, (double)size * size))).FixedShare);
    }

    [Fact]
    public void Few_portions_and_portions_alike_tell_nothing()
    {
        Assert.Null(new PortionTimes().MeanSize);
        Assert.Null(new PortionTimes().FixedShare);
        Assert.Null(Of(Enumerable.Range(1, 7).Select(size => ((double)size, 1.0))).FixedShare);
        Assert.Null(Of(Enumerable.Range(0, 8).Select(i => (10.0 + i, 1.0))).FixedShare);
        Assert.Equal(1, Of(Enumerable.Range(0, 11).Select(i => (10.0 + i, 1.0))).FixedShare!.Value, 12);
    }

    private static PortionTimes Of(IEnumerable<(double Size, double Seconds)> portions)
    {
        PortionTimes times = new();
        foreach ((double size, double seconds) in portions)
        {
            times.Add(size, TimeSpan.FromSeconds(seconds));
        }
        return times;
    }
}
