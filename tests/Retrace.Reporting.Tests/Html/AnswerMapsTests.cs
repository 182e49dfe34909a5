using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Runs;

namespace Retrace.Reporting.Tests.Html;

public class AnswerMapsTests
{
    // Of four trajectories two answer 0 and one answers 1; of eight continuations five and two.
    [Fact]
    public void An_answer_lies_where_its_shares_of_both_rounds_are()
    {
        GroupAnswers other = SyntheticRun.Answers(1, "q") with { Right = null };
        Assert.Equal(
            [
                (new AnswerMaps.Place(0.5, 0.625, true), 2),
                (new AnswerMaps.Place(0.25, 0.25, false), 2),
                (new AnswerMaps.Place(0.5, 0.625, null), 1),
                (new AnswerMaps.Place(0.25, 0.25, null), 1),
            ],
            AnswerMaps.PlacesOf([SyntheticRun.Answers(1), SyntheticRun.Answers(1, "r"), other]));
    }

    [Fact]
    public void The_first_the_middle_and_the_last_step_with_continuations_are_shown()
    {
        GroupAnswers[] answers =
        [
            SyntheticRun.Answers(1) with { Retraced = [] },
            .. Enumerable.Range(2, 9).SelectMany(step => new[]
            {
                SyntheticRun.Answers(step), SyntheticRun.Answers(step, "q"),
            }),
        ];
        Assert.Equal([2, 6, 10], AnswerMaps.Choose(answers, []).Select(step => step.Key));
        Assert.All(AnswerMaps.Choose(answers, []), step => Assert.Equal(["p", "q"], step.Select(group => group.ProblemId)));
        Assert.Equal([3, 9], AnswerMaps.Choose(answers, [3, 9]).Select(step => step.Key));
        Assert.Equal([2, 6, 10], AnswerMaps.Choose(answers, [3, 11]).Select(step => step.Key)); // There is no step 11.
    }

    [Fact]
    public void A_run_without_continuations_has_no_map()
    {
        RunRecord majority = SyntheticRun.Full("majority", 4) with { Answers = [SyntheticRun.Answers(1) with { Retraced = [] }] };
        Assert.Empty(AnswerMaps.Draw(ReportedRuns.Of([majority]), []));
        Figure[] figures = [.. AnswerMaps.Draw(ReportedRuns.Of([SyntheticRun.Full("csrs", 4)]), [])];
        Assert.Equal(["csrs, step 1", "csrs, step 4"], figures.Select(figure => figure.Title));
        Assert.Equal(2, figures[0].Values.Count); // The two answers of the problem.
    }
}
