namespace Retrace.Statistics.Tests;

public class PairedBootstrapTests
{
    private static readonly double[] Outcomes = [-1, -1, 0, 0, 0, 0, 0, 1, 1, 1]; // Mean 0.1

    [Fact]
    public void Two_pairs_are_drawn_in_four_ways()
    {
        // The means are 0, ½, ½ and 1: a quarter of them is not above zero.
        var found = PairedBootstrap.Of([0, 1], new Random(1));
        Assert.Equal((0.5, 0, 1), (found.Mean, found.Lower, found.Upper));
        Assert.Equal(0.5, found.PValue, 0.03); // The standard deviation is 0.009.
    }

    [Fact]
    public void Pairs_that_all_change_alike_leave_no_doubt()
    {
        var found = PairedBootstrap.Of([0.25, 0.25, 0.25], new Random(1), resamples: 999);
        Assert.Equal(new PairedBootstrap(0.25, 0.25, 0.25, 0.002), found);
        Assert.Equal(1, PairedBootstrap.Of([0, 0, 0], new Random(1)).PValue);
    }

    [Fact]
    public void The_random_numbers_decide_and_both_directions_are_alike()
    {
        double[] changes = [.. Enumerable.Range(0, 50).Select(i => Outcomes[i * 7 % 10])];
        var found = PairedBootstrap.Of(changes, new Random(3));
        Assert.Equal(found, PairedBootstrap.Of(changes, new Random(3)));
        var back = PairedBootstrap.Of([.. changes.Select(change => -change)], new Random(3));
        Assert.Equal(found.Lower, -back.Upper, 12);
        Assert.Equal(found.Upper, -back.Lower, 12);
        Assert.Equal(found.PValue, back.PValue, 12);
    }

    [Fact]
    public void Intervals_cover_the_true_change_nearly_as_often_as_they_should()
    {
        Random draw = new(5);
        const int Sets = 500;
        int covered = 0;
        int alarms = 0;
        for (int set = 0; set < Sets; set++)
        {
            double[] changes = [.. Enumerable.Range(0, 60).Select(_ => Outcomes[draw.Next(10)])];
            var found = PairedBootstrap.Of(changes, draw, resamples: 600);
            covered += found.Lower <= 0.1 && 0.1 <= found.Upper ? 1 : 0;
            // The same without a true change.
            double[] none = [.. changes.Select(change => change * (draw.Next(2) == 0 ? 1 : -1))];
            alarms += PairedBootstrap.Of(none, draw, resamples: 600).PValue < 0.05 ? 1 : 0;
        }
        // 95 % and 5 %, with three standard errors of 500 trials, and a little less cover for 60 pairs.
        Assert.InRange(covered / (double)Sets, 0.91, 0.98);
        Assert.InRange(alarms / (double)Sets, 0.02, 0.09);
    }

    [Fact]
    public void No_pairs_are_refused() =>
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Of([], new Random(1)));
}
