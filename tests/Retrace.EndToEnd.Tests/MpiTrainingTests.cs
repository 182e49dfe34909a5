using System.Diagnostics;
using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.EndToEnd.Tests;

/// <summary>Training in several processes, started by Open MPI's mpirun.</summary>
public sealed class MpiTrainingTests : IDisposable
{
    private const double Tolerance = 1e-5;
    private const int Endless = 1000; // Steps that no test waits for.

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private readonly string _problems;

    public MpiTrainingTests()
    {
        Assert.SkipUnless(MpiJob.IsPossible, MpiJob.Missing);
        _problems = Path.Combine(_folder, "problems.jsonl");
        File.WriteAllLines(_problems, File.ReadLines(Repository.TrainingProblems).Take(12));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Five problems and mini-batches of eight: neither two nor three processes get equal shares. That the same two give the
    // same bits again is for GoldenRunTests.
    [Fact]
    public async Task Two_and_three_processes_give_the_numbers_of_one()
    {
        const int Steps = 2;
        string[] evaluation = ["--set", $"evaluation.data={_problems}", "--set", "evaluation.limit=5"];
        RetraceProcess one = await RetraceProcess.RunAsync([.. Arguments("one", Steps), .. evaluation]);
        Assert.Equal((0, ""), (one.ExitCode, one.Error));
        foreach ((string run, int processes) in new[] { ("two", 2), ("three", 3) })
        {
            RetraceProcess job = await MpiJob.RunAsync(processes, [.. Arguments(run, Steps), .. evaluation]);
            Assert.Equal((0, ""), (job.ExitCode, job.Error));
            Assert.Equal(Steps + 1, job.Output.Count(character => character == '\n') - 1); // One process writes.
        }

        foreach (string run in new[] { "two", "three" })
        {
            AssertSameMetrics("one", run);
            Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf(run, "trajectories.jsonl"));
            Assert.Equal(TextOf("one", "answers.jsonl"), TextOf(run, "answers.jsonl"));
            Assert.Equal(TextOf("one", "evaluation-samples.jsonl"), TextOf(run, "evaluation-samples.jsonl"));
            Assert.InRange(RelativeDifference("one", run, "trainer/optimizer.safetensors", "first."), 0, Tolerance);
            Assert.InRange(RelativeDifference("one", run, "trainer/optimizer.safetensors", "second."), 0, Tolerance);
            Assert.InRange(RelativeDifference("one", run, "model.safetensors", ""), 0, Tolerance);
        }
    }

    // Of four problems, in the order of the batch, one alone has an image: most processes generate and learn without any.
    [Fact]
    public async Task Text_alone_among_problems_with_images_is_trained_as_by_one_process()
    {
        string[] lines = File.ReadAllLines(_problems);
        File.WriteAllLines(_problems,
        [
            lines[0],
            .. Enumerable.Range(0, 3).Select(i => $$"""{"id": "text-{{i}}", "question": "What is {{i}} + 4?", "answer": "{{i + 4}}"}"""),
        ]);
        // With seed 0 a token of the second step lies so near the border of two that rounding decides it.
        string[] settings = ["--set", "data.batch=4", "--set", "learn.mini_batch=4", "--seed", "1"];
        await AssertTrainedAlikeAsync(settings, "model.safetensors");
    }

    [Fact]
    public async Task An_adapter_is_trained_as_by_one_process()
    {
        string[] settings =
            ["--set", "model.lora_rank=4", "--set", "learn.optimizer_offload=true", "--set", "learn.learning_rate=1e-3"];
        await AssertTrainedAlikeAsync(settings, "adapter_model.safetensors");
    }

    // Each process has copies in fp32 of its part alone, and receives the rest of the weights in bf16.
    [Fact]
    public async Task In_bf16_the_weights_are_the_rounded_copies_of_all_processes_and_one_process_goes_on()
    {
        string[] settings = ["--set", "model.dtype=bf16", "--set", "learn.learning_rate=1e-3"];
        RetraceProcess two = await MpiJob.RunAsync(2, [.. Arguments("two", 2), .. settings]);
        Assert.Equal((0, ""), (two.ExitCode, two.Error));
        using (DisposeScope scope = NewDisposeScope())
        using (SafetensorsFile start = SafetensorsFile.Open(Path.Combine(Repository.Model, "model.safetensors")))
        using (SafetensorsFile weights = SafetensorsFile.Open(FileOf("two", 2, "model.safetensors")))
        using (SafetensorsFile state = SafetensorsFile.Open(FileOf("two", 2, "trainer/optimizer.safetensors")))
        {
            string[] names = [.. weights.Entries.Keys.Where(name => state.Entries.ContainsKey($"wide.{name}"))];
            Assert.All(names, name => Assert.Equal(
                state.Load($"wide.{name}").to(ScalarType.BFloat16).bytes.ToArray(), weights.Load(name).bytes.ToArray()));
            Assert.Contains(names, name => !weights.Load(name).bytes.ToArray().AsSpan()
                .SequenceEqual(start.Load(name).to(ScalarType.BFloat16).bytes.ToArray()));
        }
        RetraceProcess alone = await RetraceProcess.RunAsync([.. Arguments("two", 3), .. settings, "--resume"]);
        Assert.Equal((0, ""), (alone.ExitCode, alone.Error));
        Assert.Equal(3, MetricsOf("two").Length);
    }

    [Fact]
    public async Task A_lost_process_ends_the_job_and_another_number_of_them_resumes()
    {
        using Process job = await StartAsync("lost", steps: 2);
        MpiJob.Kill(job, rank: 1);
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains("signal 9", ended.Error);

        int left = MetricsOf("lost").Length;
        Assert.InRange(left, 2, Endless - 1);
        RetraceProcess resumed = await MpiJob.RunAsync(3, [.. Arguments("lost", left + 1), "--resume"]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        RetraceProcess alone = await RetraceProcess.RunAsync([.. Arguments("lost", left + 2), "--resume"]);
        Assert.Equal((0, ""), (alone.ExitCode, alone.Error));
        RetraceProcess whole = await RetraceProcess.RunAsync(Arguments("whole", left + 2));
        Assert.Equal((0, ""), (whole.ExitCode, whole.Error));
        AssertSameMetrics("whole", "lost");
    }

    [Fact]
    public async Task The_signal_that_mpirun_passes_on_stops_all_processes_after_a_checkpoint()
    {
        using Process job = await StartAsync("stopped", steps: 1, "--set", "checkpoint.every=1000");
        using Process signal = Process.Start("kill", ["-USR1", $"{job.Id}"]);
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        Assert.Equal(130, ended.ExitCode);
        int done = MetricsOf("stopped").Length;
        Assert.Contains($"--resume goes on from {Path.GetDirectoryName(FileOf("stopped", done, ""))}", ended.Output);
        Assert.True(File.Exists(FileOf("stopped", done, "trainer/state.json")));
    }

    [Fact]
    public async Task What_cannot_be_used_is_said_by_one_process()
    {
        RetraceProcess refused = await MpiJob.RunAsync(
            2,
            [.. Arguments("refused", 1), "--set", "data.filter=false", "--set", "data.max_prompt_tokens=3"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(1, refused.Error.Split('\n').Count(line => line.StartsWith("retrace: ", StringComparison.Ordinal)));
        Assert.Contains("data.filter would leave it out", refused.Error);
        Assert.False(Directory.Exists(Path.Combine(_folder, "refused")));
    }

    [Theory]
    [InlineData("model.lora_rank=0", "rollout.server_api=sglang")]
    [InlineData("model.lora_rank=4", "model.train_vision=false")]
    public async Task Servers_sample_for_several_processes_as_for_one(params string[] settings)
    {
        const int Steps = 2;
        await using ServedModel first = await ServedModel.StartAsync(_folder);
        await using ServedModel second = await ServedModel.StartAsync(_folder);
        string[] shared =
        [
            .. Over(first, second), .. settings.SelectMany(setting => new[] { "--set", setting }),
            "--set", "rollout.hedge_after=86400", // However slow the machine is, no request is late.
            "--set", "rollout.request_timeout=86400",
            "--set", $"evaluation.data={_problems}", "--set", "evaluation.limit=5",
        ];
        RetraceProcess one = await RetraceProcess.RunAsync([.. Arguments("one", Steps), .. shared]);
        Assert.Equal((0, ""), (one.ExitCode, one.Error));
        RetraceProcess two = await MpiJob.RunAsync(2, [.. Arguments("two", Steps), .. shared]);
        Assert.Equal((0, ""), (two.ExitCode, two.Error));

        AssertSameMetrics("one", "two");
        Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf("two", "trajectories.jsonl"));
        Assert.All(MetricsOf("two")[1..], step =>
        {
            Assert.Equal(0, step["stale_samples"]!.GetValue<int>());
            Assert.Equal(1, step["importance_mean"]!.GetValue<double>(), 1e-3);
        });
        Assert.Empty(Directory.EnumerateDirectories(_folder, "retrace-*", SearchOption.AllDirectories)); // Weights.
    }

    [Fact]
    public async Task A_server_that_is_killed_leaves_its_work_to_the_other()
    {
        const int Steps = 4;
        await using ServedModel first = await ServedModel.StartAsync(_folder);
        await using ServedModel second = await ServedModel.StartAsync(_folder);
        using Process job = await StartAsync("killed", steps: 1, of: Steps, Over(first, second));
        await first.KillAsync();
        RetraceProcess ended = await MpiJob.EndOfAsync(job);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));

        JsonObject[] steps = MetricsOf("killed");
        Assert.Equal(Enumerable.Range(1, Steps), steps.Select(step => step["step"]!.GetValue<int>()));
        Assert.True(steps.Sum(step => step["failed_requests"]!.GetValue<int>()) > 0);
        Assert.All(steps, step => Assert.Equal(1, step["importance_mean"]!.GetValue<double>(), 1e-3));
    }

    [Fact]
    public async Task Without_a_server_all_processes_write_a_checkpoint_and_one_says_why()
    {
        ServedModel server = await ServedModel.StartAsync(_folder);
        using Process job =
            await StartAsync("alone", steps: 1, [.. Over(server), "--set", "checkpoint.every=1000"]);
        await server.DisposeAsync();
        // What stands there now has other weights, takes new ones, and draws nothing.
        await using ServedModel refusing = await ServedModel.StartAsync(
            _folder, new Uri(server.Address).Port, "--max-tokens", "1");
        RetraceProcess ended = await MpiJob.EndOfAsync(job);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(
            "Every server of rollout.servers refuses a request",
            Assert.Single(ended.Error.Split('\n'), line => line.StartsWith("retrace: ", StringComparison.Ordinal)));
        Assert.True(File.Exists(FileOf("alone", MetricsOf("alone").Length, "trainer/state.json")));
    }

    private Task<Process> StartAsync(string run, int steps, params string[] settings) =>
        StartAsync(run, steps, Endless, settings);

    // Returns when so many steps of all are done, with the job at work on the next.
    private async Task<Process> StartAsync(string run, int steps, int of, params string[] settings)
    {
        Process job = MpiJob.Start(2, [.. Arguments(run, of), .. settings]);
        string metrics = Path.Combine(_folder, run, "metrics.jsonl");
        while (!job.HasExited && (!File.Exists(metrics) || File.ReadLines(metrics).Count() < steps))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return job;
    }

    private static string[] Over(params ServedModel[] servers) =>
    [
        "--set", "rollout.engine=openai", "--set", $"rollout.servers={string.Join(' ', servers.Select(one => one.Address))}",
        "--set", $"rollout.api_key_variable={ServedModel.Variable}",
    ];

    private string[] Arguments(string run, int steps) =>
    [
        "evolve", "--model", Repository.Model, "--data", _problems,
        "--output", Path.Combine(_folder, run), "--steps", $"{steps}",
        "--set", "data.batch=5", "--set", "rollout.group=3", "--set", "retrace.samples=2",
        "--set", "learn.mini_batch=8", "--set", "learn.micro_batch_tokens=600", "--set", "learn.kl=0.01",
        "--set", "learn.learning_rate=1e-5", "--set", "learn.warmup_steps=0",
        "--set", "model.dtype=fp32", "--set", "checkpoint.every=1", "--set", "threads=1",
    ];

    private string FileOf(string run, int step, string file) =>
        Path.Combine(_folder, run, "checkpoints", $"step-{step}", file);

    // By one process and by three.
    private async Task AssertTrainedAlikeAsync(string[] settings, string weights)
    {
        RetraceProcess one = await RetraceProcess.RunAsync([.. Arguments("one", 2), .. settings]);
        Assert.Equal((0, ""), (one.ExitCode, one.Error));
        RetraceProcess three = await MpiJob.RunAsync(3, [.. Arguments("three", 2), .. settings]);
        Assert.Equal((0, ""), (three.ExitCode, three.Error));

        AssertSameMetrics("one", "three");
        Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf("three", "trajectories.jsonl"));
        Assert.InRange(RelativeDifference("one", "three", "trainer/optimizer.safetensors", "first."), 0, Tolerance);
        Assert.InRange(RelativeDifference("one", "three", weights, ""), 0, Tolerance);
    }

    private string TextOf(string run, string file) => File.ReadAllText(Path.Combine(_folder, run, file));

    private JsonObject[] MetricsOf(string run) => RepeatableMetrics.Of(Path.Combine(_folder, run));

    private void AssertSameMetrics(string expected, string actual)
    {
        JsonObject[] expectedLines = MetricsOf(expected);
        JsonObject[] actualLines = MetricsOf(actual);
        Assert.Equal(expectedLines.Length, actualLines.Length);
        foreach ((JsonObject expectedLine, JsonObject actualLine) in expectedLines.Zip(actualLines))
        {
            Assert.Equal(expectedLine.Select(pair => pair.Key), actualLine.Select(pair => pair.Key));
            foreach ((string key, JsonNode? value) in expectedLine)
            {
                if (value is JsonValue number && number.TryGetValue(out double wanted))
                {
                    double got = actualLine[key]!.GetValue<double>();
                    Assert.True(Math.Abs(got - wanted) <= Tolerance * (1 + Math.Abs(wanted)), $"{actual}, {key}: {got} instead of {wanted}");
                }
                else
                {
                    Assert.Equal(value?.ToJsonString(), actualLine[key]?.ToJsonString());
                }
            }
        }
    }

    // |a − b| / |a| over all tensors whose names begin so, of the latest checkpoint.
    private double RelativeDifference(string expected, string actual, string file, string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile wanted = SafetensorsFile.Open(FileOf(expected, 2, file));
        using SafetensorsFile got = SafetensorsFile.Open(FileOf(actual, 2, file));
        Assert.Equal(wanted.Entries.Keys, got.Entries.Keys);
        double difference = 0;
        double size = 0;
        foreach (string name in wanted.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Tensor values = wanted.Load(name).to(ScalarType.Float64);
            difference += (got.Load(name).to(ScalarType.Float64) - values).square().sum().item<double>();
            size += values.square().sum().item<double>();
        }
        Assert.True(size > 0);
        return Math.Sqrt(difference / size);
    }
}
