using System.Text.Json;

namespace Retrace.EndToEnd.Tests;

public sealed class DataMakeTests : IDisposable
{
    private static readonly string[] Splits = ["train", "evaluation", "test"];

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_defaults_make_the_problems_that_ship()
    {
        RetraceProcess made = await RetraceInProcess.RunAsync("data", "make", "--output", _folder);
        Assert.Equal(
            (0, $"{_folder}: 512 problems to train, 200 to evaluate, 400 to test{Environment.NewLine}", ""),
            (made.ExitCode, made.Output, made.Error));
        foreach (string split in Splits)
        {
            Assert.Equal(
                await ReadAsync(Path.Combine(Repository.Root, "data", "geometry", split + ".jsonl")),
                await ReadAsync(Path.Combine(_folder, split + ".jsonl")));
        }
    }

    [Fact]
    public async Task No_problem_is_in_two_splits_and_parquet_holds_the_same_problems()
    {
        string[] sizes = ["--seed", "3", "--train", "60", "--evaluation", "50", "--test", "40"];
        Assert.Equal(0, (await RetraceInProcess.RunAsync(["data", "make", "--output", _folder, .. sizes])).ExitCode);
        RetraceProcess parquet = await RetraceInProcess.RunAsync(
            ["data", "make", "--output", _folder, "--format", "parquet", .. sizes]);
        Assert.Equal(0, parquet.ExitCode);

        HashSet<string> ids = [];
        foreach (string split in Splits)
        {
            string back = Path.Combine(_folder, split + "-back.jsonl");
            await RetraceInProcess.RunAsync("data", "convert", Path.Combine(_folder, split + ".parquet"), back);
            string[][] lines = [Summaries(Path.Combine(_folder, split + ".jsonl")), Summaries(back)];
            Assert.Equal(lines[0], lines[1]);
            Assert.All(lines[0], line => Assert.True(ids.Add(line.Split('|')[0])));
        }
        Assert.Equal(150, ids.Count);
    }

    [Theory]
    [InlineData("A data set cannot have -1 problems; give 0 or more.", "--train=-1")]
    [InlineData("--format is csv, but must be jsonl or parquet", "--format", "csv")]
    public async Task Bad_usage_is_refused(string sentence, params string[] options)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["data", "make", "--output", _folder, .. options]);
        Assert.Equal(
            (2, "", $"retrace: {sentence}{Environment.NewLine}"), (refused.ExitCode, refused.Output, refused.Error));
    }

    private static string[] Summaries(string path) =>
    [
        .. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement).Select(root =>
            string.Join('|', new[] { "id", "question", "answer", "category" }.Select(name => root.GetProperty(name)))),
    ];

    private static Task<byte[]> ReadAsync(string path) =>
        File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
}
