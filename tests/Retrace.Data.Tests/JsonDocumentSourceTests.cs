using System.Text;
using Retrace.Data.Formats;
using Retrace.Data.Json;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

public sealed class JsonDocumentSourceTests : IDisposable
{
    private static readonly string Base64 = Convert.ToBase64String(TinyImages.Png);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_list_holds_problems_as_JSON_lines_do(bool mark)
    {
        _folder.Write("a.png", TinyImages.Jpeg);
        string text = $$"""
            [
              {"id": "x", "question": "One?", "image": "a.png", "answer": "1"},
              {"problem": "Tw\u00f6? <image>", "images": ["{{Base64}}", "a.png"], "answer": [2], "category": "c"},
              {"question": ""}
            ]
            """;
        byte[] bytes = [.. mark ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(text)];
        ProblemSet problems = ProblemSources.Open(_folder.Write("problems.json", bytes)).Read();
        Assert.Equal(
            [("x", "One?"), ("2", "Twö? <image>")], problems.Problems.Select(problem => (problem.Id, problem.Question)));
        Assert.Equal(
            [TinyImages.Png, TinyImages.Jpeg], problems.Problems[1].Images.Select(image => image.ReadBytes()));
        Assert.IsType<EmbeddedJsonImage>(problems.Problems[1].Images[0]); // Its place alone is kept.
        Assert.Equal(("1", "2"), (problems.Answers["x"], problems.Answers["2"]));
        Assert.Equal(new SkippedProblem("3", "it has no question"), Assert.Single(problems.Skipped));
    }

    [Fact]
    public void An_object_names_its_problems()
    {
        ProblemSet problems = Read("""{"a": {"question": "One?"}, "b": {"question": "Two?", "id": 7}}""");
        Assert.Equal(["a", "7"], problems.Problems.Select(problem => problem.Id));
    }

    [Theory]
    [InlineData("{\"question\": \"One?\"}\n{\"question\": \"Two?\"}\n", 2)]
    [InlineData("\n{\"question\": \"One?\", \"extra\": {}}", 1)]
    public void JSON_lines_are_read_whatever_the_file_is_called(string text, int count) =>
        Assert.Equal(count, Read(text).Problems.Count);

    [Theory]
    [InlineData("[1]", "record 1: expected a JSON object")]
    [InlineData("[{\"question\": \"q\"}, []]", "record 2: expected a JSON object")]
    [InlineData("{\"train\": [{\"question\": \"q\"}]}", "expected a JSON object")]
    [InlineData("3", "expected a JSON list of records, or an object of them")]
    [InlineData("[{\"question\": \"q\"}", "not valid JSON: ")]
    [InlineData("[{\"question\": \"q\"}] [", "not valid JSON: ")]
    [InlineData("[{\"question\": \"\\ud800\"}]", "record 1: not valid JSON: a \\u escape is half of a surrogate pair")]
    [InlineData("", "not valid JSON: ")]
    public void Other_documents_are_refused_in_one_sentence(string text, string sentence)
    {
        string message = Assert.Throws<BadInputException>(() => Read(text)).Message;
        Assert.Contains(sentence, message);
        Assert.StartsWith(_folder.Combine("problems.json"), message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused() => Assert.EndsWith(
        "not valid UTF-8",
        Assert.Throws<BadInputException>(() => ProblemSources.Open(
            _folder.Write("a.json", [.. "[{\"question\": \""u8, 0xff, .. "\"}]"u8])).Read()).Message);

    private ProblemSet Read(string text) => ProblemSources.Open(_folder.Write("problems.json", text)).Read();
}
