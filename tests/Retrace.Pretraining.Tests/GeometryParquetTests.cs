using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Geometry;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Pretraining.Tests;

public sealed class GeometryParquetTests
{
    [Fact]
    public void Parquet_holds_the_problems_of_the_json_lines()
    {
        using TemporaryFolder folder = new();
        GeometryDataSet.Write(folder.Path, new(2, 20, 18, 17));
        GeometryParquet.Write(folder.Path, new(2, 20, 18, 17));
        HashSet<string> ids = [];
        foreach ((string name, int count) in new[] { ("train", 20), ("evaluation", 18), ("test", 17) })
        {
            ProblemSet expected = ProblemSources.Open(folder.Combine(name + ".jsonl")).Read();
            ProblemSet actual = ProblemSources.Open(folder.Combine(name + ".parquet")).Read();
            Assert.Equal(count, actual.Problems.Count);
            Assert.Equal(expected.Answers, actual.Answers);
            Assert.Equal(expected.Problems.Select(Content), actual.Problems.Select(Content));
            Assert.All(actual.Problems, problem => Assert.True(ids.Add(problem.Id)));
        }

        static (string, string, string?, string) Content(Problem problem) => (
            problem.Id,
            problem.Question,
            problem.Category,
            Convert.ToBase64String(Assert.Single(problem.Images).ReadBytes()));
    }

    [Fact]
    public void A_negative_count_is_refused_before_anything_is_written()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<BadInputException>(() => GeometryParquet.Write(folder.Path, new(0, 1, 1, -1)));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
