using Retrace.Testing;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Tests;

public sealed class EvaluationDifferenceTests : IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void With_one_response_a_problem_McNemars_test_decides()
    {
        // Of ten problems six are won, one is lost, one is right in both and two are wrong in both.
        bool[] before = [false, false, false, false, false, false, true, true, false, false];
        bool[] after = [true, true, true, true, true, true, false, true, false, false];
        var difference = EvaluationDifference.Of([.. before.Select(One)], [.. after.Select(One)]);
        Assert.Equal((10, 6, 1, 3), (difference.Problems, difference.Better, difference.Worse, difference.Same));
        Assert.Equal((0.2, 0.7, 0.5), (difference.Before, difference.After, Math.Round(difference.Change.Mean, 12)));
        Assert.Equal(16 / 128.0, difference.PValue!.Value, 12);
        Assert.InRange(difference.Change.Lower, -0.1, 0.3);
        Assert.InRange(difference.Change.Upper, 0.7, 1);

        static bool[] One(bool right) => [right];
    }

    [Fact]
    public void With_several_responses_shares_are_compared()
    {
        bool[][] before = [[true, false], [true, true], [false, false]];
        bool[][] after = [[true, true, true, false], [false, true, true, true], [false, false, false, false]];
        var difference = EvaluationDifference.Of(before, after);
        Assert.Equal((1, 1, 1), (difference.Better, difference.Worse, difference.Same));
        Assert.Equal(0, difference.Change.Mean, 12);
        Assert.Equal((false, null), (difference.HasInterval, difference.PValue)); // Of three problems there is nothing to draw.
        bool[][] more = [.. Enumerable.Repeat(before, 4).SelectMany(rights => rights)];
        bool[][] changed = [.. Enumerable.Repeat(after, 4).SelectMany(rights => rights)];
        var enough = EvaluationDifference.Of(more, changed);
        Assert.Equal((true, enough.Change.PValue), (enough.HasInterval, enough.PValue));
        Assert.Equal(enough, EvaluationDifference.Of(more, changed));
    }

    [Fact]
    public void Evaluations_are_compared_problem_by_problem_whatever_their_order()
    {
        string before = Write("before.json", ("a", "x", "1", true), ("b", "x", "2", false), ("c", null, "3", false));
        string after = Write("after/results.json", ("c", null, "3", true), ("b", "x", "2", true), ("a", "x", "1", true));
        var comparison = EvaluationComparison.Of(
            StoredAnswers.Read(before), StoredAnswers.Read(_files.Combine("after")));
        Assert.Equal((2, 0, 1), (comparison.Whole.Better, comparison.Whole.Worse, comparison.Whole.Same));
        Assert.Equal(0.5, comparison.Whole.PValue!.Value, 12);
        (string name, EvaluationDifference difference) = Assert.Single(comparison.Categories);
        Assert.Equal(("x", 2, 1, 0), (name, difference.Problems, difference.Better, difference.Worse));
    }

    [Fact]
    public void Other_problems_are_refused()
    {
        string first = Write("first.json", ("a", null, "1", true), ("b", null, "2", true));
        string relabeled = Write("relabeled.json", ("a", null, "1", true), ("b", null, "3", true));
        string more = Write("more.json", ("a", null, "1", true), ("b", null, "2", true), ("c", null, "2", true));
        AssertRefused("the second has no problem b with the answer 2", first, relabeled);
        AssertRefused("the first has 2, the second 3", first, more);
        AssertRefused("the second has no problem c", more, first);
        string none = _files.Write("none.json", "{\"problems\": []}");
        AssertRefused($"{none} is no file of retrace eval", first, none);
        AssertRefused(" is no file of retrace eval", first, _files.Combine("missing.json"));

        static void AssertRefused(string named, string before, string after) => Assert.Contains(
            named,
            Assert.Throws<BadInputException>(
                () => EvaluationComparison.Of(StoredAnswers.Read(before), StoredAnswers.Read(after))).Message);
    }

    private string Write(string name, params (string Id, string? Category, string Gold, bool Right)[] problems)
    {
        GradedProblem[] graded =
        [
            .. problems.Select(problem => new GradedProblem(
                problem.Id,
                problem.Category,
                problem.Gold,
                [new SampledResponse("r", 1, true)],
                [problem.Right ? problem.Gold : "0"],
                [0],
                problem.Right ? 0 : -1)),
        ];
        string path = _files.Combine(name);
        new EvaluationReport("m", "d", new(1, 1, 1, 10, 0), false, 0, [], graded).Write(path);
        return path;
    }
}
