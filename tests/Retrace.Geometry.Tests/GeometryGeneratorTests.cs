using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Tests;

public partial class GeometryGeneratorTests
{
    private static readonly GeometrySplit[] Splits = Enum.GetValues<GeometrySplit>();

    private static readonly GeometryProblem[] Problems =
        [.. Splits.SelectMany(split => Enumerable.Range(0, 816).Select(i => GeometryGenerator.Create(split, 3, i)))];

    [Fact]
    public void The_same_place_gives_the_same_problem_and_another_place_another()
    {
        foreach (GeometrySplit split in Splits)
        {
            for (long index = 0; index < 51; index++)
            {
                string first = JsonSerializer.Serialize(GeometryGenerator.Create(split, 11, index));
                Assert.Equal(first, JsonSerializer.Serialize(GeometryGenerator.Create(split, 11, index)));
                Assert.NotEqual(first, JsonSerializer.Serialize(GeometryGenerator.Create(split, 12, index)));
            }
        }
    }

    [Fact]
    public void Every_answer_follows_from_the_figure_alone()
    {
        foreach (GeometryProblem problem in Problems)
        {
            // What is stored is what is solved: through JSON and back.
            FigureDescription stored =
                JsonSerializer.Deserialize<FigureDescription>(JsonSerializer.Serialize(problem.Figure))!;
            Assert.Equal((problem.Id, problem.Answer), (problem.Id, GeometrySolver.Answer(problem.Family, stored)));
        }
    }

    [Fact]
    public void Splits_share_no_content_and_no_image()
    {
        var ids = new Dictionary<string, GeometrySplit>();
        var images = new Dictionary<string, GeometrySplit>();
        for (int i = 0; i < Problems.Length; i++)
        {
            GeometrySplit split = Splits[i / 816];
            Assert.Equal(split, SeenIn(ids, Problems[i].Id, split));
            byte[] hash = SHA256.HashData(FigureRenderer.Render(Problems[i].Figure).Rgb);
            Assert.Equal(split, SeenIn(images, Convert.ToHexString(hash), split));
        }

        static GeometrySplit SeenIn(Dictionary<string, GeometrySplit> seen, string key, GeometrySplit split) =>
            seen.TryAdd(key, split) ? split : seen[key];
    }

    [Fact]
    public void Families_and_difficulties_take_turns()
    {
        Assert.True(GeometryGenerator.Families.Count >= 12);
        foreach (IGrouping<(string, int), GeometryProblem> group in Problems.GroupBy(p => (p.Family, p.Difficulty)))
        {
            Assert.Equal(Problems.Length / GeometryGenerator.Families.Count / 3, group.Count());
        }
        Assert.Equal(
            GeometryGenerator.Families.Count * 3,
            Problems.Select(p => (p.Family, p.Difficulty)).Distinct().Count());
    }

    [Fact]
    public void Texts_are_short_and_end_in_the_answer()
    {
        foreach (GeometryProblem problem in Problems)
        {
            Assert.InRange(problem.Question.Length, 10, 100);
            Assert.InRange(problem.Reasoning.Length, 5, 90);
            Assert.True(problem.Reasoning.EndsWith(problem.Answer, StringComparison.Ordinal), problem.Reasoning);
            Assert.DoesNotContain("\\boxed", problem.Reasoning);
        }
    }

    [Fact]
    public void Questions_hold_no_numbers()
    {
        Assert.All(Problems, problem => Assert.DoesNotMatch("[0-9]", problem.Question));
    }

    [Fact]
    public void Every_equation_in_the_reasoning_is_true()
    {
        int equations = 0;
        foreach (GeometryProblem problem in Problems)
        {
            foreach (Match equation in Equation().Matches(problem.Reasoning))
            {
                equations++;
                int[] numbers = [.. Number().Matches(equation.Groups[1].Value).Select(Parse)];
                string[] signs = [.. Sign().Matches(equation.Groups[1].Value).Select(match => match.Value)];
                int value = numbers[0];
                for (int i = 0; i < signs.Length; i++)
                {
                    value = signs[i] switch
                    {
                        "+" => value + numbers[i + 1],
                        "-" => value - numbers[i + 1],
                        "*" => value * numbers[i + 1],
                        _ when value % numbers[i + 1] == 0 => value / numbers[i + 1],
                        _ => int.MinValue,
                    };
                }
                Assert.Equal((problem.Reasoning, value), (problem.Reasoning, Parse(equation.Groups[2])));
            }
        }
        Assert.True(equations > Problems.Length / 2);
    }

    [Fact]
    public void Answers_are_numbers_or_times()
    {
        foreach (GeometryProblem problem in Problems)
        {
            if (problem.Family == "clock")
            {
                Assert.Matches("^([1-9]|1[0-2]):[0-5][05]$", problem.Answer);
            }
            else
            {
                Assert.InRange(int.Parse(problem.Answer, NumberStyles.None, CultureInfo.InvariantCulture), 1, 180);
            }
        }
    }

    [Fact]
    public void No_constant_answer_does_well()
    {
        GeometryProblem[] many = [.. Enumerable.Range(0, 10_200)
            .Select(i => GeometryGenerator.Create(GeometrySplit.Train, 5, i))];
        foreach (IGrouping<string, GeometryProblem> family in many.GroupBy(problem => problem.Family))
        {
            int commonest = Commonest(family);
            Assert.True(commonest < 0.17 * family.Count(), $"{family.Key}: {commonest} of {family.Count()}");
        }
        Assert.True(Commonest(many) < 0.06 * many.Length);

        static int Commonest(IEnumerable<GeometryProblem> problems) =>
            problems.GroupBy(problem => problem.Answer).Max(group => group.Count());
    }

    [Fact]
    public void A_negative_place_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GeometryGenerator.Create(GeometrySplit.Train, 0, -1));
    }

    private static int Parse(Capture text) => int.Parse(text.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<![\d:(,=])(\d+(?:[-+*/]\d+)+)=(\d+)")]
    private static partial Regex Equation();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"[-+*/]")]
    private static partial Regex Sign();
}
