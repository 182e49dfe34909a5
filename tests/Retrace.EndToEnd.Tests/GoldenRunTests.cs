using System.Text;

namespace Retrace.EndToEnd.Tests;

/// <summary>
/// Short runs whose answers, numbers and weights are recorded in GoldenRuns.txt: what is meant to change nothing changes no
/// bit of them.
/// </summary>
public sealed class GoldenRunTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--set", "data.batch=3", "--set", "rollout.group=3", "--set", "retrace.samples=2", "--set", "learn.mini_batch=5",
        "--set", "learn.warmup_steps=0", "--set", "learn.kl=0.01", "--set", "rollout.max_response_tokens=32",
        "--set", "threads=1",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public GoldenRunTests() => Assert.SkipUnless(GoldenRuns.CanBeRepeatedHere, GoldenRuns.Elsewhere);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Csrs_majority_voting_and_an_adapter_are_as_recorded()
    {
        RetraceProcess compared = await RetraceProcess.RunAsync(
            GoldenRuns.Environment,
            [
                "compare", "--model", Repository.Model, "--data", Repository.FewTrainingProblems,
                "--test", Path.Combine(Repository.Root, "data", "geometry", "test.jsonl"), "--limit", "4", "--samples", "2",
                "--output", _folder, "--methods", "csrs,majority", "--variant", "adapter:model.lora_rank=4", "--seeds", "1",
                "--parallel", "1", "--steps", "2", .. Small,
            ]);
        Assert.Equal((0, ""), (compared.ExitCode, compared.Error));
        AssertAsRecorded("csrs", Path.Combine("runs", "csrs", "seed-0"), "model.safetensors");
        AssertAsRecorded("majority", Path.Combine("runs", "majority", "seed-0"), "model.safetensors");
        AssertAsRecorded("adapter", Path.Combine("runs", "adapter", "seed-0"), "adapter_model.safetensors");
    }

    [Fact]
    public async Task Two_processes_are_as_recorded()
    {
        Assert.SkipUnless(MpiJob.IsPossible, MpiJob.Missing);
        RetraceProcess job = await MpiJob.RunAsync(2, GoldenRuns.Environment, Evolve("two"));
        Assert.Equal((0, ""), (job.ExitCode, job.Error));
        AssertAsRecorded("two-processes", "two", "model.safetensors");
    }

    // One request at a time, as what is generated side by side is rounded together.
    [Fact]
    public async Task Samples_of_a_server_are_as_recorded()
    {
        await using ServedModel server = await ServedModel.StartAsync(_folder, GoldenRuns.Environment);
        RetraceProcess run = await RetraceProcess.RunAsync(
            GoldenRuns.Environment,
            [.. Evolve("served"), .. server.Settings, "--set", "rollout.requests_per_server=1"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        AssertAsRecorded("server", "served", "model.safetensors");
    }

    private string[] Evolve(string run) =>
    [
        "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--output", Path.Combine(_folder, run),
        "--steps", "2", .. Small,
    ];

    private void AssertAsRecorded(string name, string run, string weights)
    {
        string folder = Path.Combine(_folder, run);
        GoldenRuns.AssertAsRecorded(name, new()
        {
            ["metrics"] = Encoding.UTF8.GetBytes(string.Join('\n', RepeatableMetrics.Of(folder).Select(step => step.ToJsonString()))),
            ["answers"] = File.ReadAllBytes(Path.Combine(folder, "answers.jsonl")),
            ["trajectories"] = File.ReadAllBytes(Path.Combine(folder, "trajectories.jsonl")),
            ["weights"] = File.ReadAllBytes(Path.Combine(folder, "checkpoints", "step-2", weights)),
        });
    }
}
