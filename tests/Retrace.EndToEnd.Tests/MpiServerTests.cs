using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>Training in several processes that sample from servers.</summary>
public sealed class MpiServerTests : MpiRuns
{
    [Theory]
    [InlineData("model.lora_rank=0", "rollout.server_api=sglang")]
    [InlineData("model.lora_rank=4", "model.train_vision=false")]
    public async Task Servers_sample_for_several_processes_as_for_one(params string[] settings)
    {
        const int Steps = 2;
        await using ServedModel first = await ServedModel.StartAsync(Folder);
        await using ServedModel second = await ServedModel.StartAsync(Folder);
        string[] shared =
        [
            .. Over(first, second), .. settings.SelectMany(setting => new[] { "--set", setting }),
            "--set", "rollout.hedge_after=86400", // However slow the machine is, no request is late.
            "--set", "rollout.request_timeout=86400",
            "--set", $"evaluation.data={Problems}", "--set", "evaluation.limit=5",
        ];
        await AloneAsync([.. Arguments("one", Steps), .. shared]);
        await TogetherAsync(2, [.. Arguments("two", Steps), .. shared]);

        AssertSameMetrics("one", "two");
        Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf("two", "trajectories.jsonl"));
        Assert.All(MetricsOf("two")[1..], step =>
        {
            Assert.Equal(0, step["stale_samples"]!.GetValue<int>());
            Assert.Equal(1, step["importance_mean"]!.GetValue<double>(), 1e-3);
        });
        Assert.Empty(Directory.EnumerateDirectories(Folder, "retrace-*", SearchOption.AllDirectories)); // Weights.
    }

    [Fact]
    public async Task A_server_that_is_killed_leaves_its_work_to_the_other()
    {
        const int Steps = 4;
        await using ServedModel first = await ServedModel.StartAsync(Folder);
        await using ServedModel second = await ServedModel.StartAsync(Folder);
        using Process job = await StartAsync("killed", steps: 1, of: Steps, Over(first, second));
        await first.KillAsync();
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        AssertDone(ended);

        JsonObject[] steps = MetricsOf("killed");
        Assert.Equal(Enumerable.Range(1, Steps), steps.Select(step => step["step"]!.GetValue<int>()));
        Assert.True(steps.Sum(step => step["failed_requests"]!.GetValue<int>()) > 0);
        Assert.All(steps, step => Assert.Equal(1, step["importance_mean"]!.GetValue<double>(), 1e-3));
    }

    [Fact]
    public async Task Without_a_server_all_processes_write_a_checkpoint_and_one_says_why()
    {
        ServedModel server = await ServedModel.StartAsync(Folder);
        using Process job =
            await StartAsync("alone", steps: 1, [.. Over(server), "--set", "checkpoint.every=1000"]);
        await server.DisposeAsync();
        // What stands there now has other weights, takes new ones, and generates nothing.
        await using ServedModel refusing = await ServedModel.StartAsync(
            Folder, new Uri(server.Address).Port, "--max-tokens", "1");
        RetraceProcess ended = await MpiJob.EndOfAsync(job);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(
            "Every server of rollout.servers refuses a request",
            Assert.Single(ended.Error.Split('\n'), line => line.StartsWith("retrace: ", StringComparison.Ordinal)));
        Assert.True(File.Exists(FileOf("alone", MetricsOf("alone").Length, "trainer/state.json")));
    }

    private static string[] Over(params ServedModel[] servers) =>
    [
        "--set", "rollout.engine=openai", "--set", $"rollout.servers={string.Join(' ', servers.Select(one => one.Address))}",
        "--set", $"rollout.api_key_variable={ServedModel.Variable}",
    ];
}
