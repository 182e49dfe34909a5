namespace Retrace.EndToEnd.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_arguments_the_commands_are_listed()
    {
        RetraceProcess bare = await RetraceProcess.RunAsync();
        Assert.Equal((0, ""), (bare.ExitCode, bare.Error));
        Assert.All(["evolve", "data", "report", "doctor"], command => Assert.Contains($"  {command} ", bare.Output));
        Assert.Contains("retrace [command]", bare.Output);
    }

    [Theory]
    [InlineData("retrace: unknown command or option \"evolv\"; see retrace --help", "evolv")]
    [InlineData(
        "retrace: unknown command or option \"--nope\"; see retrace data inspect --help",
        "data", "inspect", "f", "--nope")]
    [InlineData(
        "retrace: Required argument 'output' missing for command: 'convert'; see retrace data convert --help",
        "data", "convert", "f")]
    [InlineData("retrace: none.jsonl: there is no such data file", "data", "inspect", "none.jsonl")]
    [InlineData("retrace: @none.jsonl: there is no such data file", "data", "inspect", "@none.jsonl")]
    [InlineData("retrace: The run folder none does not exist.", "report", "none", "--output", "none.html")]
    [InlineData("retrace: Option '--output' is required; see retrace report --help", "report", "none")]
    [InlineData(
        "retrace: --seed is for --plan; give that with it, or leave it out", "doctor", "--seed", "1")]
    [InlineData(
        "retrace: --on-samples trains nothing and does not read --seeds; leave one of them out",
        "compare", "--on-samples", "f", "--seeds", "3")]
    [InlineData(
        "retrace: --set seed=x: seed is \"x\", but must be a whole number",
        "evolve", "--print-config", "--seed", "x")]
    public async Task Bad_usage_and_bad_input_are_one_sentence_and_code_2(string sentence, params string[] arguments)
    {
        RetraceProcess refused = await RetraceInProcess.RunAsync(arguments);
        Assert.Equal((2, "", sentence + Environment.NewLine), (refused.ExitCode, refused.Output, refused.Error));
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace()
    {
        RetraceProcess refused = await RetraceProcess.RunAsync("data", "inspect", "none.jsonl", "--verbose");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("   at Retrace.", refused.Error);
    }

    [Fact]
    public async Task The_printed_configuration_resolves_all_layers_and_can_be_given_back()
    {
        await WriteAsync("evolve.yaml", "learn: {learning_rate: 3e-4}\nrollout: {group: 6}\n");
        string file = await WriteAsync("run.yaml", "rollout: {group: 7}\nseed: 5\n");
        RetraceProcess printed = await RetraceInProcess.RunAsync(
            "evolve", "--print-config", "--model", _folder, "--config", file, "--set", "learn.kl=0.5", "--steps", "9",
            "--method", "majority");
        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
        Assert.All(
            ["method: majority", "steps: 9", "seed: 5", "  group: 7", "  learning_rate: 0.0003", "  kl: 0.5"],
            line => Assert.Contains($"\n{line}\n", printed.Output));

        string again = await WriteAsync("again.yaml", printed.Output);
        RetraceProcess reprinted = await RetraceInProcess.RunAsync("evolve", "--print-config", "--config", again);
        Assert.Equal(printed.Output, reprinted.Output);
    }

    [Fact]
    public async Task Data_are_inspected_converted_and_converted_back()
    {
        const string Png =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        string original = await WriteAsync("a.jsonl", $$"""
            {"id":"a","image":"data:image/png;base64,{{Png}}","question":"How wide?","answer":"1","category":"width"}
            {"id":"b","question":"No image?"}

            """);
        string parquet = Path.Combine(_folder, "b.parquet");
        string back = Path.Combine(_folder, "c.jsonl");

        Assert.Equal(0, (await RetraceInProcess.RunAsync("data", "convert", original, parquet)).ExitCode);
        Assert.Equal(0, (await RetraceInProcess.RunAsync("data", "convert", parquet, back)).ExitCode);
        Assert.Equal(
            await File.ReadAllTextAsync(original, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(back, TestContext.Current.CancellationToken));

        await File.AppendAllTextAsync(
            original,
            "{\"id\":\"c\",\"question\":\"q\",\"image\":\"gone.png\"}\n",
            TestContext.Current.CancellationToken);
        RetraceProcess inspected = await RetraceInProcess.RunAsync("data", "inspect", original);
        Assert.Equal((0, ""), (inspected.ExitCode, inspected.Error));
        Assert.Matches(@"problems +2\n", inspected.Output);
        Assert.Matches(@"with an answer +1 ", inspected.Output);
        Assert.Matches(@"image sizes +1×1 to 1×1 pixels\n", inspected.Output);
        Assert.Matches(@"  width +1\n", inspected.Output);
        Assert.Contains("skipped c: its image gone.png does not exist\n", inspected.Output);
    }

    [Fact]
    public async Task The_doctor_finds_a_working_torch_and_says_why_CUDA_is_not_used()
    {
        RetraceProcess examined = await RetraceProcess.RunAsync("doctor");
        Assert.Equal((0, ""), (examined.ExitCode, examined.Error));
        Assert.Matches(@"\ntorch +2\.\d+\.\d+, built for the CPU, \d+ threads, from .+\n", examined.Output);
        Assert.DoesNotContain("does not work", examined.Output);
        const string Reason = "this libtorch is built for the CPU alone";
        Assert.Matches($@"\ncuda +not used: {Reason}\n +→ build with -p:Torch=cuda", examined.Output);

        RetraceProcess refused = await RetraceProcess.RunAsync(
            "eval", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--device", "cuda");
        Assert.Equal(2, refused.ExitCode);
        Assert.Matches(
            $@"^retrace: model\.device is cuda, but .*{Reason}; retrace doctor says how to mend it\.\n$", refused.Error);
    }

    [Theory]
    [InlineData("\"my_notes\": \"x\"", 0, "Qwen2.5-VL, weights of Float32; not read in its config.json: my_notes")]
    [InlineData("\"logit_scale\": 2", 1, "logit_scale is 2, which Retrace does not know and which may change what the network computes")]
    public async Task The_doctor_lists_what_is_not_read_of_a_models_configuration(string key, int exitCode, string expected)
    {
        string config = File.ReadAllText(Path.Combine(Repository.Model, "config.json"));
        File.WriteAllText(Path.Combine(_folder, "config.json"), $"{{{key},{config.TrimStart()[1..]}");
        RetraceProcess examined = await RetraceInProcess.RunAsync("doctor", "--model", _folder);
        Assert.Equal(exitCode, examined.ExitCode);
        Assert.Contains(expected, examined.Output);
    }

    // A run that never answers again after step 3 falls from 60 to 50 %: a loss of answers and of the form, smoothed. With a
    // baseline and a patience of one it drifts at the first such step, when half of both is gone.
    [Fact]
    public async Task The_guard_is_judged_by_a_finished_run()
    {
        string run = Path.Combine(_folder, "run");
        Directory.CreateDirectory(run);
        string[] steps =
        [
            """{"step":0,"method":"majority","seed":3,"eval_accuracy":0.6}""",
            .. Enumerable.Range(1, 3).Select(step => Step(step, "\"answer_rate\":1,\"format_rate\":1")),
            .. Enumerable.Range(4, 5).Select(step => Step(step, "\"answer_rate\":0,\"format_rate\":0")),
            Step(9, "\"answer_rate\":0,\"format_rate\":0,\"eval_accuracy\":0.5"),
        ];
        await WriteAsync(Path.Combine(run, "metrics.jsonl"), string.Join('\n', steps) + "\n");
        string json = Path.Combine(_folder, "guard.json");
        RetraceProcess judged = await RetraceInProcess.RunAsync(
            "guard", run, "--set", "guard.baseline=1", "--set", "guard.patience=1", "--output", json);
        Assert.Equal((0, ""), (judged.ExitCode, judged.Error));
        Assert.Contains(
            "drifting or worse: of 1 runs that fall by 5 points or more, 1 alarm before it shows, 0 after, 0 not at all; "
            + "5 steps before the evaluation that shows it (median; 5 to 5)",
            judged.Output);
        Assert.Contains("\"fallen\": 1", await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));

        RetraceProcess steeper = await RetraceInProcess.RunAsync("guard", run, "--fall", "11");
        Assert.Contains("collapsing: of 1 runs that do not fall, 1 alarm", steeper.Output);
        RetraceProcess refused = await RetraceInProcess.RunAsync("guard", run, "--fall", "0");
        Assert.Equal(
            (2, $"retrace: A fall of 0 points cannot be seen; give more than 0 and at most 100.{Environment.NewLine}"),
            (refused.ExitCode, refused.Error));

        static string Step(int step, string numbers) => $"{{\"step\":{step},\"method\":\"majority\",\"seed\":3,{numbers}}}";
    }

    // The vote is wrong, and survival finds the answer that retracing comes back to.
    [Fact]
    public async Task Rules_are_compared_on_stored_samples()
    {
        string samples = await WriteAsync("samples.jsonl", """
            {"maternal":["\\boxed{5}","\\boxed{5}","\\boxed{5}","\\boxed{6}"],"retraced":[["\\boxed{6}"],["\\boxed{7}"],["\\boxed{8}"],["\\boxed{6}"]],"answer":"6"}
            """);
        RetraceProcess compared = await RetraceInProcess.RunAsync(
            "compare", "--on-samples", samples, "--methods", "survival,srt-soft,srt,entropy", "--set", "reward.format_weight=0");
        Assert.Equal((0, ""), (compared.ExitCode, compared.Error));
        Assert.Matches(@"\nsurvival +1 +0\.0 .* 100\.0 +– ", compared.Output);
        Assert.Matches(@"\nsrt-soft +1 +0\.0 .* 0\.0 +– +srt 1\.00\n", compared.Output);
        Assert.Contains("entropy is left out: it needs \"entropies\", a number for each response", compared.Output);
    }

    [Fact]
    public async Task Runs_are_reported_in_one_page()
    {
        string[] runs = [Path.Combine(_folder, "a"), Path.Combine(_folder, "b")];
        foreach (string run in runs)
        {
            Directory.CreateDirectory(run);
            await WriteAsync(
                Path.Combine(run, "metrics.jsonl"),
                """
                {"step":1,"method":"csrs","seed":0,"entropy":0.5}
                {"st
                """);
        }
        string page = await WriteAsync("page.html", "an earlier page");

        RetraceProcess reported = await RetraceInProcess.RunAsync(["report", .. runs, "--output", page]);
        Assert.Equal((0, ""), (reported.ExitCode, reported.Error));
        Assert.Equal($"{page}: 2 runs{Environment.NewLine}", reported.Output);
        string html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.StartsWith("<!DOCTYPE html>", html);
        Assert.Contains("0.500 nats", html);

        RetraceProcess refused = await RetraceInProcess.RunAsync("report", _folder, "--output", page);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is no run folder", refused.Error);
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
