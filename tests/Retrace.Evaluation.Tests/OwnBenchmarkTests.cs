using Retrace.Answers;
using Retrace.Data.Benchmarks;
using Retrace.Data.Published;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests;

/// <summary>A benchmark that a program brings along.</summary>
public sealed class OwnBenchmarkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_read_by_its_name_once_it_is_registered()
    {
        PublishedSet files = new("sums", "Sums", "nowhere", [new PublishedFiles("*.sums", null, "", "")], Records: null);
        BenchmarkCatalogue.Register(new Benchmark(files, read => new BenchmarkData([.. read.SelectMany(ItemsOf)], [])));
        _folder.Write("a.sums", "1+1=2\n2+3=5");

        var data = EvaluationData.Read(_folder.Path, "sums");
        Assert.Equal(["1+1", "2+3"], data.Problems.Problems.Select(problem => problem.Question));
        Assert.Equal(["2", "5"], data.Problems.Problems.Select(problem => data.Keys[problem.Id].Label));
        Assert.Throws<ArgumentException>(() =>
            BenchmarkCatalogue.Register(new Benchmark(files, _ => new BenchmarkData([], []))));
    }

    private static IEnumerable<BenchmarkItem> ItemsOf(string file) => File.ReadLines(file).Select(line =>
        new BenchmarkItem(
            new Problem(line, line.Split('=')[0], []),
            new AnswerKey(line.Split('=')[1], new MathematicalEquivalence()),
            Categories: []));
}
