using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Reporting.Tests.Html;

public sealed class CostFiguresTests
{
    // Two steps of 10 s: 5 of sampling, 1 of re-inference, 4 of learning, and 3, 1 and 6.
    [Fact]
    public void Each_step_has_a_bar_of_its_shares_on_top_of_one_another()
    {
        Figure figure = Assert.Single(CostFigures.Draw(ReportedRuns.Of(
            [SyntheticRun.Of("one", UntakenStep.Of(0), Step(1, 5, 1, 4), Step(2, 3, 1, 6))])));
        Assert.Equal("step-cost-one", figure.Name);
        Assert.Equal(
            ["sampling 40.0 %", "re-inference 10.0 %", "learning 50.0 %"],
            figure.Legend.Select(entry => $"{entry.Name} {entry.Value}"));
        Assert.Equal(
            "What the time of a step went into in one, over all steps: sampling 40.0 %, re-inference 10.0 %, learning 50.0 %.",
            figure.Plot.Attribute("aria-label")!.Value);
        // 378 from 50 on for two steps; 176 upwards from 184 for the whole share.
        Assert.Equal(
            [
                "M50 184L50 96L239 96L239 184ZM239 184L239 131.2L428 131.2L428 184Z",
                "M50 96L50 78.4L239 78.4L239 96ZM239 131.2L239 113.6L428 113.6L428 131.2Z",
                "M50 78.4L50 8L239 8L239 78.4ZM239 113.6L239 8L428 8L428 113.6Z",
            ],
            figure.Plot.Descendants("path").Where(IsBar).Select(path => path.Attribute("d")!.Value));
        Assert.Equal(["c0", "c1", "c3"], figure.Plot.Elements("g").Select(group => group.Attribute("class")!.Value));
        Assert.Contains(new PlottedValue("learning", "measured", 2, 0.6), figure.Values);
        Assert.Equal(2 * 6, figure.Values.Count);
    }

    [Fact]
    public void Bars_of_long_runs_take_several_steps_together_by_their_time()
    {
        // 121 steps are bars of three; the last has one. The second takes nine times as long as the first and the third.
        Figure figure = Assert.Single(CostFigures.Draw(ReportedRuns.Of(
            [SyntheticRun.Of("long", [Step(1, 1, 0, 0), Step(2, 0, 0, 9), .. Enumerable.Range(3, 119).Select(step => Step(step, 1, 0, 0))])])));
        string[] outlines = [.. figure.Plot.Descendants("path").Where(IsBar).Select(path => path.Attribute("d")!.Value)];
        Assert.Equal(41, outlines[0].Count(letter => letter == 'M'));
        Assert.StartsWith("M50 184L50 152L", outlines[0]); // 2 of 11 s are 32 of 176.
        Assert.Equal(121 * 6, figure.Values.Count);
    }

    [Fact]
    public void What_lasting_hints_say_stands_above_the_bars()
    {
        StepMetrics[] steps =
            [.. Enumerable.Range(1, 3).Select(step => Step(step, 1, 0, 1) with { CostHints = [new("data.batch", "it is small")] })];
        Assert.Equal(
            "Shares of each step's time. Hint: it is small.",
            Assert.Single(CostFigures.Draw(ReportedRuns.Of([SyntheticRun.Of("one", steps)]))).Explanation);
    }

    [Fact]
    public void A_run_of_an_earlier_version_has_none() =>
        Assert.Empty(CostFigures.Draw(ReportedRuns.Of([SyntheticRun.Full("old", 3), SyntheticRun.Of("empty")])));

    private static bool IsBar(XElement path) => path.Attribute("class")!.Value == "bar";

    private static StepMetrics Step(int step, double sampling, double reinference, double learning) => UntakenStep.Of(step) with
    {
        StepSeconds = sampling + reinference + learning,
        SamplingSeconds = sampling,
        ReinferenceSeconds = reinference,
        PerturbingSeconds = 0,
        WaitingSeconds = 0,
        LearnSeconds = learning,
    };
}
