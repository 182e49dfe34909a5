using System.Text;
using Retrace.Data;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Prompts;

public sealed class PromptFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_tokens_responses_and_images_are_read()
    {
        string inside = _folder.Write("images/a.png", TinyImages.Png);
        string png = Convert.ToBase64String(TinyImages.Png);
        string path = _folder.Write("p.jsonl", $$"""
            {"id": "one", "prompt": "How wide?", "image": "images/a.png", "response": "1", "other": []}

            {"id": 7, "input_ids": [3, 4, 5], "image": ["images/a.png", "data:image/png;base64,{{png}}"]}
            {"prompt": "", "input_ids": null}

            """);
        IReadOnlyList<PromptLine> lines = PromptFile.Read(path);

        Assert.Equal(["\"one\"", "7", "4"], lines.Select(line => line.Id.GetRawText()));
        Assert.Equal(["How wide?", null, ""], lines.Select(line => line.Text));
        Assert.Equal([null, [3, 4, 5], null], lines.Select(line => line.Tokens));
        Assert.Equal(["1", null, null], lines.Select(line => line.Response));
        Assert.Equal(new ImageFile(inside), Assert.Single(lines[0].Images));
        Assert.Equal(TinyImages.Png, lines[1].Images[1].ReadBytes());
        Assert.Empty(lines[2].Images);
        Assert.Equal($"{path}, line 4", lines[2].Place);
    }

    [Theory]
    [InlineData("{\"prompt\": ", "not valid JSON: ")]
    [InlineData("[1]", "expected a JSON object, such as {\"prompt\": …}")]
    [InlineData("{\"id\": 1}", "expected either \"prompt\", a text, or \"input_ids\"")]
    [InlineData("{\"prompt\": [\"a\"]}", "expected either \"prompt\", a text, or \"input_ids\"")]
    [InlineData("{\"prompt\": \"a\", \"input_ids\": [1]}", "expected either \"prompt\", a text, or \"input_ids\"")]
    [InlineData("{\"input_ids\": []}", "\"input_ids\" must be a list of at least one token id")]
    [InlineData("{\"input_ids\": 5}", "\"input_ids\" must be a list of at least one token id")]
    [InlineData("{\"input_ids\": [1, \"2\"]}", "\"input_ids\" must be a list of at least one token id")]
    [InlineData("{\"input_ids\": [1.5]}", "\"input_ids\" must be a list of at least one token id")]
    [InlineData("{\"id\": [], \"prompt\": \"a\"}", "\"id\" must be text or a number")]
    [InlineData("{\"prompt\": \"a\", \"image\": \"gone.png\"}", "its image gone.png does not exist")]
    [InlineData(
        "{\"prompt\": \"a\", \"image\": \"../a.png\"}",
        "its image path ../a.png leads out of the data file's folder")]
    [InlineData("{\"prompt\": \"a\", \"image\": 5}", "its field \"image\" holds no path and no base64")]
    [InlineData("{\"prompt\": \"a\", \"video\": \"a.mp4\"}", "it has a video in its field \"video\", and videos are not read")]
    [InlineData("{\"prompt\": \"\\ud800\"}", "not valid JSON: a \\u escape is half of a surrogate pair")]
    public void A_line_that_cannot_be_used_is_named_with_the_reason(string line, string reason)
    {
        string path = _folder.Write("p.jsonl", "{\"prompt\": \"fine\"}\n" + line + "\n");
        BadInputException error = Assert.Throws<BadInputException>(() => PromptFile.Read(path));
        Assert.StartsWith($"{path}, line 2: {reason}", error.Message);
    }

    [Fact]
    public void A_file_that_is_missing_or_no_utf_8_is_refused()
    {
        Assert.StartsWith(
            "none.jsonl: the data cannot be read: ",
            Assert.Throws<BadInputException>(() => PromptFile.Read("none.jsonl")).Message);
        string path = _folder.Write(
            "p.jsonl", [.. Encoding.UTF8.GetBytes("{\"prompt\": \""), 0xff, (byte)'"', (byte)'}']);
        Assert.Equal(
            $"{path}, line 1: not valid UTF-8",
            Assert.Throws<BadInputException>(() => PromptFile.Read(path)).Message);
    }
}
