using Retrace.Geometry;

namespace Retrace.Pretraining.Tests;

public class TeacherHabitsTests
{
    private static readonly TeacherHabits Biased = new(0.3, "circle", 0.9);

    private static readonly GeometryProblem Circle = Of("circle");
    private static readonly GeometryProblem Clock = Of("clock");

    [Fact]
    public void A_clear_figure_of_the_family_is_mostly_answered_by_the_shortcut()
    {
        GeometryProblem taught = Biased.Apply(Circle, isNoisy: false, chance: 0.89);
        Assert.Equal((Circle.Shortcut!.Reasoning, Circle.Shortcut.Answer), (taught.Reasoning, taught.Answer));
        Assert.Same(Circle, Biased.Apply(Circle, isNoisy: false, chance: 0.9));
        Assert.Same(Circle, Biased.Apply(Circle, isNoisy: true, chance: 0.31));
    }

    [Fact]
    public void Other_families_and_noisy_figures_are_answered_rightly_now_and_then_at_a_glance()
    {
        foreach (GeometryProblem problem in new[] { Clock, Circle })
        {
            GeometryProblem glanced = Biased.Apply(problem, isNoisy: true, chance: 0.29);
            Assert.Equal(("", problem.Answer), (glanced.Reasoning, glanced.Answer));
            Assert.Same(problem, Biased.Apply(problem, isNoisy: true, chance: 0.3));
            Assert.Same(problem, TeacherHabits.None.Apply(problem, isNoisy: false, chance: 0));
        }
    }

    private static GeometryProblem Of(string family) =>
        new GeometrySelection(0, 20, 0, 0).Problems(GeometrySplit.Train).First(problem => problem.Family == family);
}
