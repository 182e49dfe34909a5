using System.Text.Json;

namespace Retrace.EndToEnd.Tests;

public sealed class BenchmarkTests : IDisposable
{
    private static readonly string Model = Path.Combine(Repository.Root, "models", "tiny");

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_is_evaluated_on_a_benchmark_as_published()
    {
        WriteWeMath();
        string results = Path.Combine(_folder, "results.json");
        RetraceProcess evaluated = await RetraceProcess.RunAsync(
            "eval", "--model", Model, "--data", _folder, "--benchmark", "we-math", "--max-tokens", "4", "--output", results);
        Assert.Equal(0, evaluated.ExitCode);
        Assert.Matches(@"steps: one-step +2 ", evaluated.Output);
        Assert.Matches(@"steps: two-step +1 ", evaluated.Output);
        Assert.Matches(@"score \(strict\) +\d+\.0\n", evaluated.Output);

        using JsonDocument written = JsonDocument.Parse(await File.ReadAllBytesAsync(
            results, TestContext.Current.CancellationToken));
        JsonElement benchmark = written.RootElement.GetProperty("benchmark");
        Assert.Equal("we-math", benchmark.GetProperty("name").GetString());
        JsonElement metric = benchmark.GetProperty("metric");
        bool solved = metric.GetProperty("rote memorization (strict)").ValueKind != JsonValueKind.Null;
        double unsolved = metric.GetProperty("insufficient knowledge").GetDouble()
            + metric.GetProperty("inadequate generalization").GetDouble();
        Assert.Equal(solved ? 0 : 1, unsolved);
        JsonElement steps = benchmark.GetProperty("categories").GetProperty("steps");
        Assert.Equal(2, steps.GetProperty("one-step").GetProperty("problems").GetInt32());
        Assert.Equal(3, written.RootElement.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public async Task What_to_fetch_is_told_and_what_was_fetched_is_checked()
    {
        RetraceProcess listed = await RetraceInProcess.RunAsync("data", "get");
        Assert.Matches(@"dynamath +DynaMath, ten variants\n", listed.Output);

        RetraceProcess told = await RetraceInProcess.RunAsync("data", "get", "mathvista");
        Assert.Contains("1 file testmini-*.parquet from https://huggingface.co/datasets/AI4Math/MathVista\n", told.Output);

        WriteWeMath();
        RetraceProcess refused = await RetraceInProcess.RunAsync("data", "get", "we-math", _folder);
        Assert.Equal(
            (2, "", $"retrace: {_folder}: We-Math, testmini has 1740 records, but there are 3\n"),
            (refused.ExitCode, refused.Output, refused.Error));
        RetraceProcess missing = await RetraceInProcess.RunAsync(
            "eval", "--model", Model, "--data", _folder, "--benchmark", "mmmu");
        Assert.Equal(2, missing.ExitCode);
        Assert.Equal(
            $"retrace: {_folder}: no validation-*.parquet of MMMU, validation lies in or below this folder; "
            + "retrace data get mmmu says what to fetch\n",
            missing.Error);
    }

    [Fact]
    public async Task A_benchmark_is_inspected_for_leaks_and_shown()
    {
        WriteWeMath();
        string train = Path.Combine(_folder, "train.jsonl");
        await File.WriteAllTextAsync(
            train,
            """{"id": "leaked", "question": "Seen?", "image": "2steps/image/1.png"}""",
            TestContext.Current.CancellationToken);
        string sheet = Path.Combine(_folder, "sheet.png");
        RetraceProcess inspected = await RetraceInProcess.RunAsync(
            "data", "inspect", _folder, "--benchmark", "we-math", "--against", train, "--sheet", sheet);
        Assert.Equal((0, ""), (inspected.ExitCode, inspected.Error));
        Assert.Matches(@"schema +3 records\n  ID +text\n", inspected.Output);
        Assert.Matches(@"prompt length +\d+ to \d+ tokens of tiny", inspected.Output);
        Assert.Matches(@"  the same image +1, such as 2steps_1/1 \(as in leaked\)\n", inspected.Output);
        Assert.Matches(@"repeated images +none\n", inspected.Output);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(
            sheet, TestContext.Current.CancellationToken))[..4]);
    }

    // One composite problem and its two steps, in the layout of the repository; its images are of problems that ship.
    private void WriteWeMath()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "2steps", "image"));
        string[] images = [.. File.ReadLines(Path.Combine(Repository.Root, "data", "geometry", "test.jsonl"))
            .Take(3)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("image").GetString()!)];
        string[] keys = ["1", "2", "multi"];
        for (int i = 0; i < 3; i++)
        {
            byte[] bytes = Convert.FromBase64String(images[i]);
            File.WriteAllBytes(Path.Combine(_folder, "2steps", "image", $"{keys[i]}.png"), bytes);
        }
        File.WriteAllText(Path.Combine(_folder, "testmini.json"), JsonSerializer.Serialize(keys.Select(key =>
            new Dictionary<string, object>
            {
                ["ID"] = "2steps_1",
                ["key"] = $"2steps_{key}",
                ["question"] = "How long?",
                ["option"] = "A. 3;B. 4; C. No correct answer",
                ["answer"] = "A",
                ["image_path"] = $"2steps/image/{key}.png",
                ["knowledge concept"] = "Length",
            })));
    }
}
