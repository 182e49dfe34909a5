using Retrace.Data.Formats;
using Retrace.Evaluation.Comparisons;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class ComparisonFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_takes_runs_of_one_model_and_data_set()
    {
        ComparisonFolder folder = new(_folder.Combine("comparison"));
        folder.Claim("misspelt", new ProblemOrigin("train.jsonl"));
        folder.Claim("models/a", new ProblemOrigin("train.jsonl")); // Nothing has run yet.
        Directory.CreateDirectory(folder.RunOf("csrs", 0));
        folder.Claim("./models/a", new ProblemOrigin("train.jsonl"));
        string complaint =
            Assert.Throws<BadInputException>(() => folder.Claim("models/a", new ProblemOrigin("other.jsonl"))).Message;
        Assert.Contains("train.jsonl", complaint);
        Assert.Contains("another --output", complaint);
    }

    [Fact]
    public void A_broken_note_is_named()
    {
        _folder.Write("comparison.json", "{");
        Directory.CreateDirectory(new ComparisonFolder(_folder.Path).RunOf("csrs", 0));
        Assert.Contains(
            "comparison.json cannot be read",
            Assert.Throws<BadInputException>(() => new ComparisonFolder(_folder.Path).Claim("a", new ProblemOrigin("b"))).Message);
    }
}
