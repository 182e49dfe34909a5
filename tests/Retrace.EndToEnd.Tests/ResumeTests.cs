using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>What a run was started with, and what <c>--resume</c> says of anything else.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public ResumeTests()
    {
        string[] lines = [.. File.ReadLines(Repository.TrainingProblems).Take(4)];
        File.WriteAllLines(Combine("problems.jsonl"), lines);
        File.WriteAllLines(Combine("fewer.jsonl"), lines[1..]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_resume_with_anything_else_is_refused_by_name_unless_it_is_allowed()
    {
        Assert.Equal(0, (await EvolveAsync("problems.jsonl", Repository.Model, "--steps", "2")).ExitCode);
        string checkpoint = Path.Combine(_folder, "run", "checkpoints", "step-2");

        RetraceProcess refused = await EvolveAsync("fewer.jsonl", checkpoint, "--steps", "3", "--resume");
        Assert.Equal(
            (2, "", $"retrace: The run in {Combine("run")} began differently: the model in {checkpoint} is not that of "
                + $"{Path.GetFullPath(Repository.Model)}: it has another model.safetensors; {Combine("fewer.jsonl")} holds 3 "
                + $"problems, and 4 were in {Combine("problems.jsonl")}; give what it began with, or go on with "
                + "--allow-changed model,data, with other numbers than those of an unbroken run.\n"),
            (refused.ExitCode, refused.Output, refused.Error));

        RetraceProcess allowed = await EvolveAsync(
            "fewer.jsonl", checkpoint, "--steps", "3", "--resume", "--allow-changed", "model", "--allow-changed", "data");
        Assert.Equal(0, allowed.ExitCode);
        Assert.StartsWith($"goes on from {checkpoint} with step 3 of 3\n", allowed.Output);
        Assert.StartsWith("retrace: --allow-changed model: the model in ", allowed.Error);
        JsonNode origin = JsonNode.Parse(File.ReadAllText(Combine("run/origin.json")))!;
        Assert.Equal(["model", "data"], origin["changes"]!.AsArray().Select(change => change!["what"]!.GetValue<string>()));
        Assert.Contains("--allow-changed data: ", File.ReadAllText(Combine("run/log.txt")));

        // Now these are what it goes on with.
        RetraceProcess done = await EvolveAsync("fewer.jsonl", checkpoint, "--resume");
        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        Assert.StartsWith("all 3 steps were taken before; there is nothing left to do\n", done.Output);
    }

    [Fact]
    public async Task What_allow_changed_cannot_mean_is_refused()
    {
        RetraceProcess alone = await EvolveAsync("problems.jsonl", Repository.Model, "--allow-changed", "data");
        Assert.Equal(
            (2, "retrace: --allow-changed is for --resume; give that with it, or leave it out\n"),
            (alone.ExitCode, alone.Error));
        RetraceProcess unknown = await EvolveAsync("problems.jsonl", Repository.Model, "--resume", "--allow-changed", "seed");
        Assert.Equal(2, unknown.ExitCode);
        Assert.StartsWith("retrace: --allow-changed is \"seed\", but must be some of model, data, ", unknown.Error);
    }

    [Fact]
    public async Task After_a_number_that_is_none_the_run_goes_on_as_it_says()
    {
        RetraceProcess failed = await EvolveAsync(
            "problems.jsonl",
            Repository.Model,
            "--steps", "2", "--set", "learn.learning_rate=1e30", "--set", "checkpoint.every=2");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("--resume begins anew; give it a smaller learn.learning_rate than 1E+30", failed.Error);
        RetraceProcess resumed = await EvolveAsync(
            "problems.jsonl", Repository.Model, "--resume", "--set", "learn.learning_rate=1e-6");
        Assert.Equal(0, resumed.ExitCode);
        Assert.StartsWith("there is no checkpoint yet; the run begins anew, with step 1 of 2\n", resumed.Output);
        Assert.Equal("retrace: learn.learning_rate is 1e-06 from step 1 on, and was 1e+30\n", resumed.Error);
        Assert.Contains("learning_rate: 1e-06", File.ReadAllText(Combine("run/config.yaml")));
    }

    private Task<RetraceProcess> EvolveAsync(string data, string model, params string[] options) =>
        RetraceInProcess.RunAsync(
        [
            "evolve", "--model", model, "--data", Combine(data), "--output", Combine("run"),
            .. options.Contains("--resume")
                ? (string[])[]
                :
                [
                    "--set", "data.batch=2", "--set", "rollout.group=4", "--set", "retrace.samples=1",
                    "--set", "rollout.max_response_tokens=48", "--set", "checkpoint.every=1", "--set", "threads=1",
                ],
            .. options,
        ]);

    private string Combine(string name) => Path.Combine(_folder, name);
}
