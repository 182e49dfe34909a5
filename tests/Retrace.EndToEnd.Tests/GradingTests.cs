namespace Retrace.EndToEnd.Tests;

/// <summary>The commands that need answers and no model.</summary>
public sealed class GradingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Answers_are_graded_as_a_reader_of_mathematics_would()
    {
        string input = Write("answers.jsonl", """
            {"gold": "1/2", "pred": "\\frac12"}
            {"id": "b", "gold": 0.5, "pred": "50%"}
            {"id": 3, "gold": "1/3", "pred": "0.333", "other": []}

            {"gold": "x = 3", "pred": "<think>\\boxed{4}?</think> So \\boxed{3}."}
            {"gold": "#### \\boxed{12}", "pred": 12}
            {"gold": "1", "pred": null}
            """);
        string output = Path.Combine(_folder, "grades.jsonl");
        RetraceProcess graded = await RetraceProcess.RunAsync("grade", "--input", input, "--output", output);
        Assert.Equal((0, "", ""), (graded.ExitCode, graded.Output, graded.Error));
        Assert.Equal(
            [
                """{"equal":true}""",
                """{"id":"b","equal":true}""",
                """{"id":3,"equal":false}""",
                """{"equal":true}""",
                """{"equal":true}""",
                """{"equal":false}""",
            ],
            File.ReadLines(output));
    }

    [Theory]
    [InlineData("{\"gold\": \"1\"}", "expected \"pred\", an answer as text or a number")]
    [InlineData("{\"gold\": \"1\", \"pred\": [1]}", "expected \"pred\", an answer as text or a number")]
    [InlineData("{\"gold\": null, \"pred\": \"1\"}", "expected \"gold\", an answer as text or a number")]
    [InlineData("{\"id\": {}, \"gold\": \"1\", \"pred\": \"1\"}", "\"id\" must be text or a number")]
    [InlineData("7", "expected a JSON object, such as {\"gold\": …, \"pred\": …}")]
    public async Task A_line_that_cannot_be_graded_is_named_and_nothing_is_written(string line, string reason)
    {
        string input = Write("answers.jsonl", "{\"gold\": \"1\", \"pred\": \"1\"}\n" + line + "\n");
        string output = Path.Combine(_folder, "grades.jsonl");
        RetraceProcess refused = await RetraceProcess.RunAsync("grade", "--input", input, "--output", output);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Equal($"retrace: {input}, line 2: {reason}{Environment.NewLine}", refused.Error);
        Assert.False(File.Exists(output));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
