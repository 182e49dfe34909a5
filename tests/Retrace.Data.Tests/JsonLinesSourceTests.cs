using System.Text;
using Retrace.Data.Formats;
using Retrace.Data.Json;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

public sealed class JsonLinesSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_every_field_and_keeps_answers_apart()
    {
        _folder.Write("images/a.png", TinyImages.Png);
        ProblemSet problems = Read("""
            {"id": "a", "image": "images/a.png", "question": "How wide?", "answer": "7", "category": "width", "x": 1, "rephrased": "What is the width?"}
            {"id": 5, "images": ["images/a.png", "images/a.png"], "question": "Both?", "answer": 3.5, "rephrased": " "}

            {"question": "No image"}
            {"problem": "<image>Placeholder", "image": "images/a.png"}
            """);

        Assert.Equal(["a", "5", "4"], problems.Problems.Select(problem => problem.Id));
        Assert.Equal("5", Assert.Single(problems.Skipped).Id); // The last line has the default id that line 2 claimed.
        Problem first = problems.Problems[0];
        Assert.Equal(("How wide?", "width"), (first.Question, first.Category));
        Assert.Equal(("What is the width?", null), (first.Rephrased, problems.Problems[1].Rephrased));
        ImageFile image = Assert.IsType<ImageFile>(Assert.Single(first.Images));
        Assert.Equal(TinyImages.Png, image.ReadBytes());
        Assert.Equal(2, problems.Problems[1].Images.Count);
        Assert.Empty(problems.Problems[2].Images);
        Assert.Equal(2, problems.Answers.Count);
        Assert.Equal(("7", "3.5"), (problems.Answers["a"], problems.Answers["5"]));
    }

    [Fact]
    public void Ids_default_to_line_numbers_and_repeated_ones_are_skipped()
    {
        ProblemSet problems = Read("""

            {"question": "q"}
            {"id": 2, "question": "again"}
            {"question": "r"}
            """);
        Assert.Equal(["2", "4"], problems.Problems.Select(problem => problem.Id));
        Assert.Equal(new SkippedProblem("2", "an earlier record has the same id"), Assert.Single(problems.Skipped));
    }

    [Fact]
    public void Embedded_images_are_read_from_base64_and_data_URLs()
    {
        string png = Convert.ToBase64String(TinyImages.Png);
        string jpeg = Convert.ToBase64String(TinyImages.Jpeg);
        Assert.StartsWith("/9j/", jpeg);
        ProblemSet problems = Read($$"""
            {"question": "a", "image": "{{png}}"}
            {"question": "b", "image": "{{jpeg}}"}
            {"question": "c", "image": "data:image/png;base64,{{png}}"}
            """);
        Assert.Empty(problems.Skipped);
        Assert.Equal(
            [TinyImages.Png, TinyImages.Jpeg, TinyImages.Png],
            problems.Problems.Select(problem => problem.Images[0].ReadBytes()));
        Assert.Equal("1, image 1", problems.Problems[0].Images[0].Name);
    }

    [Theory]
    [InlineData("""{"image": "x.png"}""", "it has no question")]
    [InlineData("""{"question": "  "}""", "it has no question")]
    [InlineData("""{"question": 3.5, "image": 7}""", "its field \"image\" holds no path and no base64")]
    [InlineData("""{"question": "q", "images": ["x.png", {}]}""", "its field \"images\" holds no path and no base64")]
    [InlineData("""{"question": "q", "image": "gone.png"}""", "its image gone.png does not exist")]
    [InlineData("""{"question": "q", "image": "."}""", "its image path . leads out of the data file's folder, which data.allow_outside_images would allow")]
    [InlineData("""{"question": "q", "image": ""}""", "its image path \"\" is no path")]
    [InlineData("""{"question": "q", "image": "a\u0000b"}""", "its image path \"a\0b\" is no path")]
    [InlineData(
        """{"question": "q", "image": "../secret.png"}""",
        "its image path ../secret.png leads out of the data file's folder, which data.allow_outside_images would allow")]
    [InlineData(
        """{"question": "q", "image": "sub/../../secret.png"}""",
        "its image path sub/../../secret.png leads out of the data file's folder, which data.allow_outside_images would allow")]
    [InlineData(
        """{"question": "q", "image": "/etc/hostname"}""",
        "its image path /etc/hostname leads out of the data file's folder, which data.allow_outside_images would allow")]
    [InlineData("""{"question": "q", "image": "data:image/png,abc"}""", "its image is a data URL that holds no base64")]
    [InlineData(
        """{"question": "q", "image": "data:image/png;base64,!!!"}""",
        "its image is a data URL that holds no base64")]
    [InlineData("""{"question": "q", "video": "a.mp4"}""", "it has a video in its field \"video\", and videos are not read")]
    [InlineData("""{"question": "q", "videos": [{"path": "a.mp4"}]}""", "it has a video in its field \"videos\", and videos are not read")]
    [InlineData("""{"question": "<image>q"}""", "its question has 1 <image> placeholders, but it has 0 images")]
    public void A_record_that_cannot_be_used_is_skipped_and_named(string line, string reason)
    {
        _folder.Write("x.png", TinyImages.Png);
        string data = _folder.Write("data/problems.jsonl", line + "\n{\"question\": \"fine\"}\n");
        _folder.Write("secret.png", TinyImages.Png);
        _folder.Write("data/x.png", TinyImages.Png);

        ProblemSet problems = new JsonLinesSource(data).Read();

        Assert.Equal(new SkippedProblem("1", reason), Assert.Single(problems.Skipped));
        Assert.Equal("2", Assert.Single(problems.Problems).Id);
    }

    [Fact]
    public void A_folder_whose_name_starts_alike_is_outside_too()
    {
        _folder.Write("data-other/x.png", TinyImages.Png);
        string data = _folder.Write("data/problems.jsonl", """{"question": "q", "image": "../data-other/x.png"}""");
        Assert.Contains("leads out", Assert.Single(new JsonLinesSource(data).Read().Skipped).Reason);
    }

    [Theory]
    [InlineData("{\"question\": \"q\"}\n{\"question\": ", "line 2: not valid JSON")]
    [InlineData("\n\n[1]\n", "line 3: expected a JSON object")]
    [InlineData("{\"question\": \"\\ud800\"}", "line 1: not valid JSON: a \\u escape is half of a surrogate pair")]
    public void Malformed_lines_are_named(string text, string message)
    {
        string path = _folder.Write("problems.jsonl", text);
        BadInputException error = Assert.Throws<BadInputException>(() => new JsonLinesSource(path).Read());
        Assert.StartsWith($"{path}, {message}", error.Message);
        Assert.DoesNotContain("LineNumber", error.Message);
    }

    [Fact]
    public void Nesting_deeper_than_any_record_is_refused()
    {
        string path = _folder.Write("problems.jsonl", "{\"a\": " + new string('[', 100_000));
        Assert.Throws<BadInputException>(() => new JsonLinesSource(path).Read());
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused()
    {
        string path = _folder.Write("problems.jsonl", Encoding.Latin1.GetBytes("{\"question\": \"größer\"}\n"));
        BadInputException error = Assert.Throws<BadInputException>(() => new JsonLinesSource(path).Read());
        Assert.Contains("not valid UTF-8", error.Message);
    }

    [Fact]
    public void Windows_line_ends_a_byte_order_mark_Unicode_and_long_lines_are_read()
    {
        string question = "Wie groß ist ∠ABC? 😀 " + new string('x', 50_000);
        string lines = $"{{\"question\": \"{question}\"}}\r\n{{\"question\": \"b\"}}\r\n";
        byte[] text = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(lines)];
        ProblemSet problems = new JsonLinesSource(_folder.Write("problems.jsonl", text)).Read();
        Assert.Equal([question, "b"], problems.Problems.Select(problem => problem.Question));
    }

    [Fact]
    public void Of_an_image_inside_the_file_only_its_place_is_kept()
    {
        string base64 = Convert.ToBase64String(TinyImages.Png);
        string lines = $$"""
            {"id": "ü", "question": "a", "image": "{{base64}}"}

            {"question": "b", "images": ["image.png", "data:image/png;base64,{{base64}}"]}
            """.ReplaceLineEndings("\r\n");
        _folder.Write("image.png", [1, 2, 3]);
        string path = _folder.Write("problems.jsonl", [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(lines)]);
        ProblemImage[] images = [.. new JsonLinesSource(path).Read().Problems.SelectMany(problem => problem.Images)];
        Assert.DoesNotContain(images, image => image is EmbeddedImage);
        Assert.Equal([TinyImages.Png, [1, 2, 3], TinyImages.Png], images.Select(image => image.ReadBytes()));
        Assert.Equal("ü, image 1", images[0].Name);

        File.WriteAllText(path, "{\"question\": \"another\"}\n");
        Assert.StartsWith(
            "The image 3, image 2 cannot be read", Assert.Throws<BadInputException>(images[2].ReadBytes).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void An_empty_file_is_an_empty_set(string text)
    {
        Assert.Empty(Read(text).Problems);
    }

    [Fact]
    public void Sources_are_opened_by_extension()
    {
        Assert.IsType<JsonLinesSource>(ProblemSources.Open(_folder.Write("a.JSONL", "")));
        Assert.IsType<ParquetSource>(ProblemSources.Open(_folder.Write("a.parquet", "")));
        Assert.Contains(
            ".jsonl, .json and .parquet",
            Assert.Throws<BadInputException>(() => ProblemSources.Open(_folder.Write("a.csv", ""))).Message);
        Assert.Contains(
            "no such data file",
            Assert.Throws<BadInputException>(() => ProblemSources.Open(_folder.Combine("b.jsonl"))).Message);
    }

    private ProblemSet Read(string text) => new JsonLinesSource(_folder.Write("problems.jsonl", text)).Read();
}
