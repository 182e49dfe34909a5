using System.Xml.Linq;
using Retrace.Reporting.Html;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Reporting.Tests.Html;

/// <summary>How trajectories are chosen for a page, and what it shows of each.</summary>
public sealed class TrajectoryTests
{
    [Fact]
    public void Trajectories_are_taken_from_the_beginning_the_middle_and_the_end()
    {
        TrajectorySample[] all =
        [
            .. from step in Enumerable.Range(1, 9)
               from problem in new[] { "p", "p", "q", "r" }
               select SyntheticRun.Trajectory(step, problem),
        ];
        Assert.Equal(
            [(1, "p"), (1, "q"), (5, "p"), (5, "q"), (9, "p"), (9, "q")],
            TrajectoryList.Choose(all, steps: 3).Select(chosen => (chosen.Step, chosen.ProblemId)));
    }

    [Fact]
    public void A_trajectory_shows_its_anchor_and_its_continuations()
    {
        XElement entry = Report.Page([SyntheticRun.Full("one", 10)]).Descendants("details").First();
        Assert.Equal("step 1, problem p: answer 2, reward 0.700, advantage -1.20", entry.Element("summary")!.Value);
        XElement mark = Assert.Single(entry.Descendants("mark"));
        Assert.Equal(
            ("One and one", "anchor, after 3 tokens", " is two."),
            (mark.PreviousNode!.ToString(), mark.Value, ((XElement)mark.NextNode!).Value));
        Assert.Equal(["answer 3", "answer none"], entry.Descendants("details").Select(
            continuation => continuation.Element("summary")!.Value));
    }

    [Fact]
    public void A_trajectory_shows_both_images_and_the_whole_group()
    {
        TrajectorySample sample = SyntheticRun.Trajectory(1) with
        {
            Image = [137, 80, 78, 71, 13, 10, 26, 10, 0],
            PerturbedImage = [0xFF, 0xD8, 0xFF, 0xE0],
            Group = [new GroupedAnswer("2", 0.7, -1.2, false), new GroupedAnswer(null, 0, null, null)],
        };
        XElement view = TrajectoryView.Of(sample);
        Assert.Equal(
            ["data:image/png;base64,iVBORw0KGgoA", "data:image/jpeg;base64,/9j/4A=="],
            view.Descendants("img").Select(image => image.Attribute("src")!.Value));
        Assert.Equal(
            ["1 (above)", "2", "0.700", "-1.20", "no", "2", "none", "0", "–", "–"],
            view.Descendants("td").Select(cell => cell.Value));
        Assert.Contains(", wrong, reward 0.700", string.Concat(TrajectoryView.Summary(sample).OfType<string>()));
    }

    [Fact]
    public void A_trajectory_shows_what_its_reward_is_made_of()
    {
        TrajectorySample sample = SyntheticRun.Trajectory(1) with
        {
            Group = [new GroupedAnswer("2", 0.7, -1.2, null), new GroupedAnswer(null, 0, 1.2, null)],
            RewardFormula = "share of both rounds, <b>lifted</b>",
            RewardParts = [new RewardPart("share of both rounds", [0.25, null]), new RewardPart("survival", [0.5])],
        };
        XElement view = TrajectoryView.Of(sample);
        Assert.Equal(
            ["trajectory", "answer", "share of both rounds", "survival", "reward", "advantage"],
            view.Descendants("th").Select(cell => cell.Value));
        Assert.Equal(
            ["1 (above)", "2", "0.250", "0.500", "0.700", "-1.20", "2", "none", "–", "–", "0", "1.20"],
            view.Descendants("td").Select(cell => cell.Value));
        Assert.Contains(
            "What the rule pays: share of both rounds, <b>lifted</b>.", view.Descendants("p").Select(note => note.Value));
    }
}
