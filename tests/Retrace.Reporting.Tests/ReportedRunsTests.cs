using Retrace.Reporting.Content;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Reporting.Tests;

public sealed class ReportedRunsTests
{
    [Fact]
    public void Runs_that_differ_in_their_seed_alone_share_a_colour_and_differ_in_dash()
    {
        ReportedRuns runs = ReportedRuns.Of([
            SyntheticRun.Full("a", 3, seed: 0),
            SyntheticRun.Full("b", 3, "majority"),
            SyntheticRun.Full("c", 3, seed: 1),
        ]);
        Assert.Equal(["c0 d0", "c1 d0", "c0 d1"], runs.Runs.Select(run => run.Look));
        SeedGroup group = Assert.Single(runs.Groups);
        Assert.Equal("csrs, mean of 2 seeds", group.Name);
        Assert.Equal(["a", "c"], group.Runs.Select(run => run.Name));
    }

    [Fact]
    public void Runs_with_other_settings_or_the_same_seed_stand_alone()
    {
        RunRecord other = SyntheticRun.Full("b", 3, seed: 1) with { ConfigText = "method: csrs\nseed: 1\nsteps: 7\n" };
        Assert.Empty(ReportedRuns.Of([SyntheticRun.Full("a", 3), other]).Groups);
        ReportedRuns same = ReportedRuns.Of([SyntheticRun.Full("a", 3), SyntheticRun.Full("b", 3)]);
        Assert.Empty(same.Groups);
        Assert.Equal([0, 1], same.Runs.Select(run => run.Colour));
    }

    [Fact]
    public void Runs_of_a_variant_stand_together_whatever_their_settings()
    {
        RunRecord[] runs =
        [
            .. from variant in Enumerable.Range(0, 8)
               from seed in new[] { 0, 1 }
               select SyntheticRun.Full($"{variant}, {seed}", 3, seed: seed) with
               {
                   ConfigText = $"vote_samples: {20 + seed}",
                   Variant = $"variant {variant}",
               },
        ];
        IReadOnlyList<SeedGroup> groups = ReportedRuns.Of(runs).Groups;
        Assert.Equal(8, groups.Select(group => group.Look).Distinct().Count());
        Assert.Equal("variant 0, mean of 2 seeds", groups[0].Name);
    }

    [Fact]
    public void Many_runs_are_told_apart_by_colour_and_dash()
    {
        RunRecord[] runs =
        [
            .. Enumerable.Range(0, 24).Select(i => SyntheticRun.Of($"{i}", UntakenStep.Of(1, $"method {i}"))),
        ];
        Assert.Equal(24, ReportedRuns.Of(runs).Runs.Select(run => run.Look).Distinct().Count());
    }

    [Fact]
    public void Equal_names_are_numbered() => Assert.Equal(
        ["run", "run (2)", "run (3)"],
        ReportedRuns.Of([SyntheticRun.Of("run"), SyntheticRun.Of("run"), SyntheticRun.Of("run")])
            .Runs.Select(run => run.Name));
}
