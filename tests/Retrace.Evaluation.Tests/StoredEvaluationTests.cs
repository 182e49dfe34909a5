using Retrace.Testing;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation.Tests;

public sealed class StoredEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public void What_is_written_is_read_back(int? limit)
    {
        SampledResponse[] responses = [new("r", 4, true), new("r", 9, false), new("r", 3, true)];
        GradedProblem[] problems =
        [
            new("a", null, "1", responses, ["1", "1", "2"], [0, 0, 1], 0),
            new("b", "kind", "1", responses, ["1", null, "2"], [0, -1, 1], 1),
        ];
        EvaluationReport report =
            new("model", "data", new ResponseSampling(3, 0.7, 0.9, 64, 11), false, 0, [], problems) { Limit = limit };
        string path = _folder.Combine("test.json");
        report.Write(path);
        var stored = StoredEvaluation.Read(path);
        Assert.Equal(
            ("model", "data", limit, report.Sampling, "boxed"),
            (stored.Model, stored.Data, stored.Limit, stored.Sampling, stored.Extraction));
        Assert.Equal(report.Summary.PassAt, stored.Summary.PassAt);
        Assert.Equal(report.Summary with { PassAt = [] }, stored.Summary with { PassAt = [] });
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"model\":1}")]
    public void Another_file_is_named(string text)
    {
        string path = _folder.Write("other.json", text);
        Assert.Contains(path, Assert.Throws<BadInputException>(() => StoredEvaluation.Read(path)).Message);
    }
}
