using System.Text.Json;
using Retrace.Geometry.Families;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Tests;

public sealed class GeometryDataSetTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("geometry").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        string first = Path.Combine(_directory, "first");
        string second = Path.Combine(_directory, "second");
        GeometryDataSet.Write(first, new(9, 40, 20, 30));
        GeometryDataSet.Write(second, new(9, 40, 20, 30));
        foreach (string name in new[] { "train.jsonl", "evaluation.jsonl", "test.jsonl" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, name)), File.ReadAllBytes(Path.Combine(second, name)));
        }
        Assert.Equal(3, Directory.GetFiles(first).Length);
        GeometryDataSet.Write(second, new(10, 40, 20, 30));
        Assert.NotEqual(
            File.ReadAllBytes(Path.Combine(first, "test.jsonl")),
            File.ReadAllBytes(Path.Combine(second, "test.jsonl")));
    }

    [Fact]
    public void Every_line_holds_a_whole_problem_and_none_occurs_twice()
    {
        GeometryDataSet.Write(_directory, new(0, 60, 300, 17));
        var ids = new HashSet<string>();
        foreach ((string name, int count) in new[] { ("train", 60), ("evaluation", 300), ("test", 17) })
        {
            string[] lines = File.ReadAllLines(Path.Combine(_directory, name + ".jsonl"));
            Assert.Equal(count, lines.Length);
            foreach (string line in lines)
            {
                using var json = JsonDocument.Parse(line);
                JsonElement root = json.RootElement;
                Assert.True(ids.Add(root.GetProperty("id").GetString()!));
                FigureDescription figure =
                    root.GetProperty("figure").Deserialize<FigureDescription>(JsonSerializerOptions.Web)!;
                Assert.Equal(FigureRenderer.RenderPng(figure), root.GetProperty("image").GetBytesFromBase64());
                Assert.Equal(root.GetProperty("answer").GetString(),
                    GeometrySolver.Answer(root.GetProperty("category").GetString()!, figure));
                Assert.NotEmpty(root.GetProperty("question").GetString()!);
                Assert.InRange(root.GetProperty("difficulty").GetInt32(), 1, 3);
            }
        }
    }

    [Fact]
    public void A_negative_count_or_an_unusable_folder_is_refused()
    {
        Assert.Throws<BadInputException>(() => GeometryDataSet.Write(_directory, new(0, 1, -1, 1)));
        string file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        Assert.Throws<BadInputException>(() => GeometryDataSet.Write(Path.Combine(file, "below"), new(0, 1, 1, 1)));
    }

    [Fact]
    public void Only_the_families_asked_for_take_part()
    {
        GeometrySelection selection = new(0, 30, 5, 5) { Families = ["clock", "area"] };
        GeometryProblem[] problems = [.. selection.Problems(GeometrySplit.Train)];
        Assert.Equal(["area", "clock"], problems.Select(problem => problem.Family).Distinct().Order());
        // They are the ones that the whole stream has of these families.
        Assert.Equal(
            new GeometrySelection(0, 255, 0, 0).Problems(GeometrySplit.Train)
                .Where(problem => selection.Families.Contains(problem.Family)).Select(problem => problem.Id),
            problems.Select(problem => problem.Id));
    }

    [Fact]
    public void An_unknown_family_or_more_problems_than_there_are_is_refused()
    {
        BadInputException unknown = Assert.Throws<BadInputException>(() =>
            new GeometrySelection(0, 1, 1, 1) { Families = ["cube"] }.Problems(GeometrySplit.Train));
        Assert.Contains("cube", unknown.Message);
        // The clock shows fewer than a thousand things in the tests' part.
        BadInputException many = Assert.Throws<BadInputException>(() =>
            new GeometrySelection(0, 1, 1, 1000) { Families = ["clock"] }.Problems(GeometrySplit.Test).Count());
        Assert.Contains("different problems", many.Message);
    }

    [Fact]
    public void Questions_come_in_other_words_only_where_that_is_asked_for()
    {
        GeometrySelection selection = new(0, 200, 0, 0) { Rephrased = true };
        GeometryProblem[] problems = [.. selection.Problems(GeometrySplit.Train)];
        Assert.All(problems, problem =>
        {
            Assert.NotEqual(problem.Question, problem.Rephrased);
            Assert.InRange(problem.Rephrased!.Length, 10, 100);
            Assert.DoesNotContain(problem.Rephrased, char.IsAsciiDigit);
        });
        Assert.Equal(
            problems.Select(problem => problem with { Rephrased = null }).Select(problem => (problem.Id, problem.Question)),
            (selection with { Rephrased = false }).Problems(GeometrySplit.Train)
                .Select(problem => (problem.Id, problem.Question)));
        Assert.All(
            (selection with { Rephrased = false }).Problems(GeometrySplit.Train), problem => Assert.Null(problem.Rephrased));

        // A wording that other problems of the kind have: the embedded model has read it.
        GeometryProblem asked = problems.First(problem => problem.Family == "area");
        Assert.Contains(
            new GeometrySelection(1, 60, 0, 0) { Families = ["area"] }.Problems(GeometrySplit.Train),
            problem => problem.Question == asked.Rephrased);
    }

    [Fact]
    public void A_mistake_answers_wrongly_and_is_tempted_by_what_it_says()
    {
        HashSet<(string, MistakeKind)> kinds = [];
        foreach (GeometryProblem problem in new GeometrySelection(0, 1000, 0, 0).Problems(GeometrySplit.Train))
        {
            foreach (Mistake mistake in problem.Mistakes)
            {
                kinds.Add((problem.Family, mistake.Kind));
                Assert.NotEqual(problem.Answer, mistake.Answer);
                Assert.InRange(mistake.Reasoning.Length, 5, 90);
                string read = mistake.Reasoning[..(mistake.Reasoning.IndexOf(". ", StringComparison.Ordinal) + 2)];
                if (mistake.Kind == MistakeKind.Suggestion)
                {
                    Assert.Equal(read.TrimEnd(), problem.Suggestion, ignoreCase: true);
                    Assert.EndsWith(" " + problem.Suggestion, problem.Question);
                    Assert.InRange(problem.Question.Length, 10, 100);
                    Assert.DoesNotContain(problem.Question, char.IsAsciiDigit);
                    continue;
                }
                Assert.StartsWith(read, problem.Reasoning);
                if (mistake.Kind == MistakeKind.PrintedNumber)
                {
                    Assert.Contains(problem.Figure.Texts, text => text.Value == mistake.Answer);
                }
                else
                {
                    Assert.EndsWith($"={mistake.Answer}", mistake.Reasoning);
                }
            }
        }
        Assert.Equal(5, kinds.Count(kind => kind.Item2 == MistakeKind.PrintedNumber));
        Assert.Equal(6, kinds.Count(kind => kind.Item2 == MistakeKind.Suggestion));
        Assert.Equal(4, kinds.Count(kind => kind.Item2 == MistakeKind.WrongFormula));
    }
}
