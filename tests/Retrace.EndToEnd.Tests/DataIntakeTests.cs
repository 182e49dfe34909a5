using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Data as people really have them, through the command line.</summary>
public sealed class DataIntakeTests : IDisposable
{
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Converting_nothing_is_an_error_and_writes_nothing()
    {
        string input = Write("a.json", """[{"id": "x", "question": "q", "image": "gone.png"}]""");
        string output = Path.Combine(_folder, "b.parquet");
        RetraceProcess refused = await RetraceInProcess.RunAsync("data", "convert", input, output);
        Assert.Equal(
            (2, "", $"retrace: {input} holds no problem that can be converted: x, for one, because its image gone.png "
                + "does not exist\n"),
            (refused.ExitCode, refused.Output, refused.Error));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Labels_that_cannot_be_compared_are_named_by_every_command()
    {
        string data = Write("a.json", """
            [{"question": "a?", "answer": ["7"]}, {"question": "b?", "answer": ["7", "8"]}, {"question": "c?", "answer": true}]
            """);
        const string Named = "2: its answer is a list, not used";
        RetraceProcess inspected = await RetraceInProcess.RunAsync("data", "inspect", data);
        Assert.Equal(0, inspected.ExitCode);
        Assert.Matches(@"problems +3\n", inspected.Output);
        Assert.Matches(@"with an answer +2 ", inspected.Output);
        Assert.Contains($"unlabeled {Named}", inspected.Output);

        string parquet = Path.Combine(_folder, "b.parquet");
        RetraceProcess converted = await RetraceInProcess.RunAsync("data", "convert", data, parquet);
        Assert.Equal((0, $"{parquet}: 3 problems, 2 with an answer\n"), (converted.ExitCode, converted.Output));
        Assert.Contains($"unlabeled {Named}", converted.Error);

        RetraceProcess evaluated = await RetraceProcess.RunAsync(
            "eval", "--model", Repository.Model, "--data", data, "--max-tokens", "2");
        Assert.Equal(0, evaluated.ExitCode);
        Assert.Contains($"skipped {Named}", evaluated.Error);
    }

    [Fact]
    public async Task Images_are_found_in_the_folder_that_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pictures"));
        await File.WriteAllBytesAsync(
            Path.Combine(_folder, "pictures", "a.png"), Convert.FromBase64String(Png), TestContext.Current.CancellationToken);
        string data = Write("a.jsonl", """{"question": "q", "image": "a.png"}""");
        RetraceProcess inspected = await RetraceInProcess.RunAsync(
            "data", "inspect", data, "--image-dir", Path.Combine(_folder, "pictures"));
        Assert.Matches(@"images +1\n", inspected.Output);
        Assert.Contains("its image a.png does not exist", (await RetraceInProcess.RunAsync("data", "inspect", data)).Output);
    }

    [Fact]
    public async Task An_image_is_shown_at_its_place_in_a_prompt()
    {
        string image = $"data:image/png;base64,{Png}";
        string input = Write("prompts.jsonl", string.Join('\n', ((string[])
            ["What is AB?", "<image>What is AB?", "What is<image> AB?"]).Select(prompt =>
                $$"""{"image": "{{image}}", "prompt": "{{prompt}}", "response": "12"}""")));
        string output = Path.Combine(_folder, "scores.jsonl");
        RetraceProcess scored = await RetraceInProcess.RunAsync(
            "score", "--model", Repository.Model, "--input", input, "--output", output);
        Assert.Equal(0, scored.ExitCode);
        string[] tokens = [.. File.ReadLines(output).Select(line => JsonNode.Parse(line)!["token_ids"]!.ToJsonString())];
        Assert.Equal(tokens[0], tokens[1]);
        Assert.NotEqual(tokens[0], tokens[2]);
        Assert.Equal(Sorted(tokens[0]), Sorted(tokens[2])); // The image has moved, and nothing else.

        RetraceProcess refused = await RetraceInProcess.RunAsync(
            "score", "--model", Repository.Model, "--output", output,
            "--input", Write("none.jsonl", """{"prompt": "<image> What is it?"}"""));
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("line 1: The prompt has 1 places <image> for images, but there are 0 images.", refused.Error);
    }

    private static IEnumerable<int> Sorted(string tokens) =>
        JsonNode.Parse(tokens)!.AsArray().Select(token => (int)token!).Order();

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
