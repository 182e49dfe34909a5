namespace Retrace.EndToEnd.Tests;

/// <summary>What <c>evolve --dry-run</c> says, and that it leaves no trace.</summary>
public sealed class DryRunTests : IDisposable
{
    private static readonly string[] Settings =
    [
        "--set", "data.batch=4", "--set", "rollout.group=4", "--set", "retrace.samples=2", "--set",
        "rollout.max_response_tokens=40", "--set", "threads=1",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private string Output => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Everything_is_checked_and_said_and_nothing_is_written()
    {
        string data = Path.Combine(_folder, "problems.jsonl");
        string text = """{"id":"text","question":"What is 2 + 3?","answer":"5"}""";
        string broken = """{"id":"broken","image":"none.png","question":"How long is it?"}""";
        await File.WriteAllLinesAsync(
            data,
            [.. Enumerable.Range(0, 9).Select(i => text.Replace("\"text\"", $"\"text-{i}\"")), broken],
            TestContext.Current.CancellationToken);
        RetraceProcess dry = await Run(data, "--set", "epochs=2", "--rates", "100,50", "--response-tokens", "20");
        Assert.Equal((0, ""), (dry.ExitCode, dry.Error));
        Assert.Contains("skipped broken: ", dry.Output);
        Assert.Matches(@"problems +9 used, 1 skipped; the longest prompt has \d+ tokens, 0 at most of images\n", dry.Output);
        Assert.Matches(@"steps +5 of 4 problems\n", dry.Output); // 2 · 9 / 4, rounded up.
        // 4 · 4 · 20; and twice the 6 of 20 that a rate of 0.7 leaves: 4 · 4 · 2 · 6.
        Assert.Matches(
            @"tokens +512 generated in a step \(320 maternal, 192 re-inference\), 320 learned from; 2,560 generated in all\n",
            dry.Output);
        Assert.Matches(@"memory\n  process +always +0\.250 GiB\n(.*\n)*  peak: .* GiB\n", dry.Output);
        // 512 / 100 + 320 / 50 = 11.52 s.
        Assert.Matches(@"time +0:00:57, 11\.5 s a step, at 100 tokens/s generated and 50 learned from\n +as stated\n", dry.Output);
        Assert.DoesNotContain("measur", dry.Output);
        Assert.EndsWith("nothing was started, and nothing written\n", dry.Output);
        Assert.Equal([data], Directory.GetFileSystemEntries(_folder));
    }

    // Three evaluations, before the first step, after 2 and after 3, of 4 problems with 2 responses of 20 tokens; and a probe of 5 problems
    // after step 2: 480 + 200 tokens, 6.8 s.
    [Fact]
    public async Task What_is_measured_on_the_way_counts()
    {
        RetraceProcess dry = await Run(
            Repository.TrainingProblems, "--set", "steps=3", "--set", $"evaluation.data={Repository.TrainingProblems}", "--set",
            "evaluation.every=2", "--set", "evaluation.limit=4", "--set", "evaluation.samples=2", "--set", "guard.probe_every=2", "--set",
            "guard.probe_problems=5", "--rates", "100,50", "--response-tokens", "20");
        Assert.Equal((0, ""), (dry.ExitCode, dry.Error));
        Assert.Matches(@"measured on +4 labeled problems every 2 steps, 2 samples each\n", dry.Output);
        Assert.Matches(@"\n +and 680 for measuring in all \(evaluations: 3, probes of the guard: 1\)\n", dry.Output);
        Assert.Matches(@"time +0:00:41, 0:00:06 of it measuring, 11\.5 s a step, ", dry.Output); // 3 · 11.52 + 6.8
    }

    [Fact]
    public async Task Time_follows_from_an_earlier_run_or_cannot_be_known()
    {
        RetraceProcess unknown = await Run(Repository.FewTrainingProblems, "--processes", "8", "--set", "model.device=cuda:99");
        Assert.Equal((0, ""), (unknown.ExitCode, unknown.Error));
        Assert.Matches(@"time +cannot be known without a rate: give --rates-from RUN", unknown.Output);
        Assert.Matches(@"estimated for responses of the longest length, 40; ", unknown.Output);
        Assert.Matches(@"memory +of each of 8 processes\n(.*\n)*  gradients of all processes ", unknown.Output);
        Assert.Matches(@"not here +model\.device is cuda:99, but ", unknown.Output);

        string earlier = Path.Combine(_folder, "earlier");
        RetraceProcess run = await RetraceProcess.RunAsync(
            [
                "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--output", earlier, "--steps",
                "1", .. Settings,
            ]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        RetraceProcess known = await Run(Repository.FewTrainingProblems, "--rates-from", earlier);
        Assert.Equal((0, ""), (known.ExitCode, known.Error));
        Assert.Matches(@"time +\d+:\d\d:\d\d, \d+\.\d s a step, at [\d.]+ tokens/s generated and [\d.]+ learned from\n", known.Output);
        Assert.Contains($"as measured in {earlier}", known.Output);
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData("--rates is 100, but must be two numbers above 0", "--rates", "100")]
    [InlineData("--rates is 100,0, but must be two numbers above 0", "--rates", "100,0")]
    [InlineData("--response-tokens is many, but must be a number above 0", "--response-tokens", "many")]
    [InlineData("--processes is 0, but must be a whole number from 1 to 4096", "--processes", "0")]
    [InlineData("--dry-run is for a run that has not begun; leave --resume out", "--resume")]
    [InlineData("The run folder none does not exist.", "--rates-from", "none")]
    [InlineData("The settings are made for qwen2.5-vl-7b (model.made_for), but ", "--set", "model.made_for=qwen2.5-vl-7b")]
    [InlineData("The run needs ", "--set", "rollout.max_response_tokens=1000000000")]
    public async Task What_could_not_be_started_is_refused(string complaint, params string[] arguments)
    {
        RetraceProcess refused = await Run(Repository.FewTrainingProblems, arguments);
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith($"retrace: {complaint}", refused.Error);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task Presets_are_layers_and_name_the_model_that_they_are_made_for()
    {
        string presets = Path.Combine(Repository.Root, "configs");
        string[] files =
        [
            "--config", Path.Combine(presets, "paper", "qwen2.5-vl-7b-geoqa.yaml"),
            "--config", Path.Combine(presets, "machines", "one-gpu-lora.yaml"),
        ];
        RetraceProcess refused = await Run(Repository.TrainingProblems, files);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Matches(@"^retrace: The settings are made for qwen2\.5-vl-7b .* a qwen2_5_vl with 4 layers of 128: ", refused.Error);
        RetraceProcess taken = await Run(Repository.TrainingProblems, [.. files, "--set", "model.made_for=null"]);
        Assert.Equal((0, ""), (taken.ExitCode, taken.Error));
    }

    [Fact]
    public async Task Options_of_a_dry_run_are_for_that_alone()
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(
            "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--output", Output, "--rates", "1,1");
        Assert.Equal(
            (2, "retrace: --rates is for --dry-run; give that with it, or leave it out\n"), (refused.ExitCode, refused.Error));
        Assert.False(Directory.Exists(Output));
    }

    private Task<RetraceProcess> Run(string data, params string[] arguments) => RetraceInProcess.RunAsync(
        [
            "evolve", "--dry-run", "--model", Repository.Model, "--data", data, "--output", Output, .. Settings, .. arguments,
        ]);
}
