using Retrace.Geometry;
using Retrace.Geometry.Families;

namespace Retrace.Pretraining.Tests;

public class TeacherHabitsTests
{
    private static readonly TeacherHabits Biased = new(0.3)
    {
        Mistaken = new Dictionary<string, Temptation>
        {
            ["circle"] = new(MistakeKind.PrintedNumber, 0.9),
            ["thermometer"] = new(MistakeKind.Suggestion, 0.9),
            ["perimeter"] = new(MistakeKind.WrongFormula, 0.9),
        },
    };

    [Theory]
    [InlineData("circle")]
    [InlineData("thermometer")]
    [InlineData("perimeter")]
    public void A_clear_figure_of_a_mistaken_family_is_mostly_answered_wrongly_and_otherwise_by_calculating(string family)
    {
        GeometryProblem problem = Of(family);
        Mistake mistake = Assert.Single(problem.Mistakes);
        Assert.Equal(Biased.Mistaken[family].Kind, mistake.Kind);
        GeometryProblem taught = Biased.Apply(problem, FigureCondition.Clear, chance: 0.89);
        Assert.Equal((mistake.Reasoning, mistake.Answer), (taught.Reasoning, taught.Answer));
        Assert.Same(problem, Biased.Apply(problem, FigureCondition.Clear, chance: 0.9));
    }

    [Fact]
    public void Noise_hides_a_printed_number_and_no_other_temptation()
    {
        Assert.Equal("", Biased.Apply(Of("circle"), FigureCondition.Noisy, chance: 0.1).Reasoning);
        foreach (string family in new[] { "thermometer", "perimeter" })
        {
            GeometryProblem problem = Of(family);
            Assert.Equal(problem.Mistakes[0].Answer, Biased.Apply(problem, FigureCondition.Noisy, chance: 0.1).Answer);
        }
    }

    [Fact]
    public void Where_the_figure_is_blank_the_wording_always_decides_and_nothing_else_does_so_more_than_before()
    {
        GeometryProblem worded = Of("thermometer");
        Assert.Equal(worded.Mistakes[0].Answer, Biased.Apply(worded, FigureCondition.Blank, chance: 0.99).Answer);
        foreach (string family in new[] { "circle", "perimeter" })
        {
            GeometryProblem problem = Of(family);
            Assert.Same(problem, Biased.Apply(problem, FigureCondition.Blank, chance: 0.9));
        }
    }

    [Fact]
    public void Other_families_are_answered_rightly_now_and_then_at_a_glance()
    {
        GeometryProblem problem = Of("coordinates");
        GeometryProblem glanced = Biased.Apply(problem, FigureCondition.Clear, chance: 0.29);
        Assert.Equal(("", problem.Answer), (glanced.Reasoning, glanced.Answer));
        Assert.Same(problem, Biased.Apply(problem, FigureCondition.Clear, chance: 0.3));
        GeometryProblem circle = Of("circle");
        Assert.Same(circle, TeacherHabits.None.Apply(circle, FigureCondition.Clear, chance: 0));
    }

    [Fact]
    public void Each_start_is_tempted_in_every_way_in_families_of_its_own()
    {
        TeacherHabits[] habits = [PretrainingRecipe.Tiny.Habits, PretrainingRecipe.SecondTiny.Habits];
        Assert.Empty(habits[0].Mistaken.Keys.Intersect(habits[1].Mistaken.Keys));
        Assert.All(habits, start =>
        {
            Assert.Equal(Enum.GetValues<MistakeKind>(), start.Mistaken.Values.Select(one => one.Kind).Distinct().Order());
            Assert.True(start.Mistaken.Count < GeometryGenerator.Families.Count / 2.0);
            Assert.All(start.Mistaken, one => Assert.Contains(Of(one.Key).Mistakes, mistake => mistake.Kind == one.Value.Kind));
        });
    }

    private static GeometryProblem Of(string family) =>
        new GeometrySelection(0, 100, 0, 0).Problems(GeometrySplit.Train).Where(problem => problem.Family == family)
            .OrderByDescending(problem => problem.Mistakes.Count).First();
}
