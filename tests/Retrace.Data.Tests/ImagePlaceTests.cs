using Retrace.Data.Formats;
using Retrace.Data.Json;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

/// <summary>Where a question shows its images.</summary>
public sealed class ImagePlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImagePlaceTests() => _folder.Write("a.png", TinyImages.Png);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Find x.", 1, "Find x.")]
    [InlineData("<image>Find x.", 1, "Find x.")]
    [InlineData(" <image>\\n<image>\\nFind x. ", 2, "Find x.")]
    [InlineData("In <image>, find x.", 1, "In <image>, find x.")]
    [InlineData("Find x. <image>", 1, "Find x. <image>")]
    [InlineData("<image> Is it <image> or <image>?", 3, "Is it <image> or <image>?")]
    [InlineData("Is it <image>?", 2, "Is it <image>?")]
    public void Places_before_the_text_need_not_be_kept_and_others_are(string question, int images, string kept)
    {
        string list = string.Join(',', Enumerable.Repeat("\"a.png\"", images));
        Problem problem = Assert.Single(Read($$"""{"question": "{{question}}", "images": [{{list}}]}""").Problems);
        Assert.Equal((kept, images), (problem.Question, problem.Images.Count));
    }

    [Fact]
    public void A_question_of_places_alone_is_none_and_more_places_than_images_are_refused()
    {
        Assert.Equal(
            "it has no question",
            Assert.Single(Read("""{"question": "<image> <image>", "images": ["a.png", "a.png"]}""").Skipped).Reason);
        Assert.Equal(
            "its question has 2 <image> placeholders, but it has 1 images",
            Assert.Single(Read("""{"question": "a <image> b <image>", "image": "a.png"}""").Skipped).Reason);
    }

    [Fact]
    public void Places_outlast_conversion()
    {
        ProblemSet problems = Read("""
            {"question": "Is it <image> or <image>?", "images": ["a.png", "a.png", "a.png"]}
            {"question": "What is it?", "image": "a.png"}
            """);
        string parquet = _folder.Combine("out.parquet");
        string json = _folder.Combine("out.jsonl");
        ParquetProblemWriter.Write(problems, parquet);
        JsonLinesWriter.Write(problems, json);
        foreach (string path in (string[])[parquet, json])
        {
            Assert.Equal(
                problems.Problems.Select(problem => (problem.Question, problem.Images.Count)),
                ProblemSources.Open(path).Read().Problems.Select(problem => (problem.Question, problem.Images.Count)));
        }
    }

    private ProblemSet Read(string lines) => new JsonLinesSource(_folder.Write("a.jsonl", lines)).Read();
}
