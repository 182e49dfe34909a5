using System.Text.Json;
using Retrace.Geometry;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>From a model to an adapter to a whole model again, as a user's shell sees it.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public ExportTests()
    {
        UntrainedModel.Write(Combine("model"));
        GeometryDataSet.Write(Combine("data"), new(0, 6, 0, 0));
        File.WriteAllText(Combine("score.jsonl"), """{"id": 1, "input_ids": [40, 41, 42, 43, 44, 45]}""");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_with_an_adapter_can_be_resumed_used_and_exported()
    {
        string[] evolve =
        [
            "evolve", "--model", Combine("model"), "--data", Combine("data/train.jsonl"), "--output", Combine("run"),
            "--set", "data.batch=2", "--set", "rollout.group=2", "--set", "retrace.samples=1",
            "--set", "model.lora_rank=4", "--set", "learn.learning_rate=0.05", "--set", "method=random",
        ];
        await SucceedAsync([.. evolve, "--steps", "2"]);
        await SucceedAsync([.. evolve, "--steps", "3", "--resume"]);

        string checkpoint = Combine("run/checkpoints/step-3");
        float[] adapted = await ScoreAsync(checkpoint);
        Assert.True(Distance(adapted, await ScoreAsync(Combine("model"))) > 1e-3);
        RetraceProcess answer = await SucceedAsync("generate", "--model", checkpoint, "--prompt", "Why?");
        RetraceProcess measured =
            await SucceedAsync("eval", "--model", checkpoint, "--data", Combine("data/train.jsonl"), "--limit", "2");
        Assert.Contains("accuracy", measured.Output);

        RetraceProcess export = await SucceedAsync(
            "export", "--run", Combine("run"), "--output", Combine("merged"), "--max-shard-size", "50KB");
        Assert.Equal($"the model of step 3 is in {Combine("merged")}\n", export.Output);
        Assert.True(File.Exists(Combine("merged/model.safetensors.index.json")));
        Assert.InRange(Distance(adapted, await ScoreAsync(Combine("merged"))), 0, 1e-4);
        Assert.Equal(
            answer.Output, (await SucceedAsync("generate", "--model", Combine("merged"), "--prompt", "Why?")).Output);

        await RefusedAsync(
            $"{Combine("merged")} exists already; name a folder that does not.",
            "--run", Combine("run"), "--output", Combine("merged"));
        await RefusedAsync(
            $"{Combine("run")} holds no checkpoint of step 1; those there are of steps 2, 3.",
            "--run", Combine("run"), "--output", Combine("x"), "--step", "1");
        await RefusedAsync(
            "--max-shard-size is much, but must be a size such as 5GB or 500MB",
            "--run", Combine("run"), "--output", Combine("x"), "--max-shard-size", "much");
        await RefusedAsync(
            $"{_folder} holds no checkpoint; it should be the folder of a run that has taken a step.",
            "--run", _folder, "--output", Combine("x"));
    }

    private async Task<float[]> ScoreAsync(string model)
    {
        await SucceedAsync(
            "score", "--model", model, "--input", Combine("score.jsonl"), "--output", Combine("scores.jsonl"));
        using JsonDocument line = JsonDocument.Parse(
            await File.ReadAllTextAsync(Combine("scores.jsonl"), TestContext.Current.CancellationToken));
        JsonElement logProbs = line.RootElement.GetProperty("log_probs"); // The first is null.
        return [.. logProbs.EnumerateArray().Skip(1).Select(value => value.GetSingle())];
    }

    private static double Distance(float[] left, float[] right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Max();

    private static async Task<RetraceProcess> SucceedAsync(params string[] arguments)
    {
        RetraceProcess process = await RetraceInProcess.RunAsync(arguments);
        Assert.True(process.ExitCode == 0, process.Error);
        return process;
    }

    private static async Task RefusedAsync(string sentence, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(["export", .. arguments]);
        Assert.Equal(
            (2, "", $"retrace: {sentence}{Environment.NewLine}"), (refused.ExitCode, refused.Output, refused.Error));
    }

    private string Combine(string name) => Path.Combine(_folder, name);
}
