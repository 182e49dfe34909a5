using Retrace.Answers;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Measurement;
using Retrace.Training.Origins;

namespace Retrace.Training.Tests.Origins;

public sealed class ProblemSetDigestTests : IDisposable
{
    private const string First = """{"id":"a","question":"What is AB?","answer":"12","image":"a.png"}""";
    private const string Second = """{"id":"b","question":"What is 2+2?"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_problems_are_the_same_wherever_they_lie_and_however_they_are_stored()
    {
        DataOrigin first = Write("one", First, Second);
        DataOrigin moved = Write("two", First, Second);
        Assert.Equal(first with { Path = moved.Path }, moved);
        Assert.Equal(2, first.Problems);
        string parquet = _folder.Combine("data.parquet");
        ParquetProblemWriter.Write(ProblemSources.Open(first.Path).Read(), parquet);
        Assert.Equal(first.Order, Digest(parquet).Order);
    }

    [Theory]
    [InlineData("""{"id":"a","question":"What is AC?","answer":"12","image":"a.png"}""")]
    [InlineData("""{"id":"c","question":"What is AB?","answer":"12","image":"a.png"}""")]
    [InlineData("""{"id":"a","question":"What is AB?","answer":"13","image":"a.png"}""")]
    [InlineData("""{"id":"a","question":"What is AB?","image":"a.png"}""")]
    [InlineData("""{"id":"a","question":"What is AB?","answer":"12"}""")]
    [InlineData("""{"id":"a","question":"What is AB?","answer":"12","image":["a.png","a.png"]}""")]
    [InlineData("""{"id":"a","question":"What is AB?","answer":"12","image":"b.png"}""")]
    [InlineData("""{"id":"a","question":"What is AB?","answer":"12","image":"a.png","category":"length"}""")]
    public void Another_question_image_or_label_makes_another_set(string other)
    {
        DataOrigin began = Write("one", First, Second);
        DataOrigin changed = Write("two", other, Second);
        Assert.NotEqual(began.Content, changed.Content);
        Assert.NotEqual(began.Order, changed.Order);
    }

    [Fact]
    public void Another_order_is_told_from_other_problems()
    {
        DataOrigin began = Write("one", First, Second);
        DataOrigin turned = Write("two", Second, First);
        Assert.Equal(began.Content, turned.Content);
        Assert.NotEqual(began.Order, turned.Order);
    }

    [Fact]
    public void An_image_that_is_lost_makes_another_set()
    {
        DataOrigin began = Write("one", First, Second);
        IProblemSource source = ProblemSources.Open(began.Path);
        ProblemSet read = source.Read();
        File.Delete(_folder.Combine("one/a.png"));
        Assert.NotEqual(began.Order, ProblemSetDigest.Of(source.Name, read, CancellationToken.None).Order);
    }

    // By Python's hashlib. Files of runs and evaluations hold them, so they must not come to be others.
    [Fact]
    public void Digests_are_those_that_files_hold()
    {
        Problem problem = new("b", "What is 2·2?", [new EmbeddedImage("a.png", [1, 2, 3])]);
        Dictionary<string, string> labels = new() { ["b"] = "4" };
        DataOrigin origin = ProblemSetDigest.Of("here", new ProblemSet([problem], labels, []), CancellationToken.None);
        Assert.Equal("769b2fc41cf1030540bc81a0d4630c32ddc6082ca94790bb07e200e13a3a88af", origin.Order);
        Assert.Equal(origin.Order, origin.Content);
        Assert.Equal(
            "616a56dd1f4b15254cc554a508f502b46dd93629aa890cd2e9760e69bc8f8ca0",
            EvaluationDigest.OfProblems([problem], AnswerKey.Of(labels)));
    }

    private DataOrigin Write(string folder, params string[] lines)
    {
        _folder.Write($"{folder}/a.png", TinyImages.Png);
        _folder.Write($"{folder}/b.png", UntrainedModelFolder.Picture(3, 4, seed: 1));
        return Digest(_folder.Write($"{folder}/data.jsonl", string.Join('\n', lines)));
    }

    private static DataOrigin Digest(string path)
    {
        IProblemSource source = ProblemSources.Open(path);
        return ProblemSetDigest.Of(source.Name, source.Read(), TestContext.Current.CancellationToken);
    }
}
