using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Retrace.EndToEnd.Tests;

/// <summary>The scripts of benchmarks/beside-pytorch, where there is a Python with torch and transformers.</summary>
public sealed class BesidePyTorchTests : IDisposable
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "benchmarks", "beside-pytorch");

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("steps", "step-8", "rollouts", "learning", "memory")]
    [InlineData("sampling", "csrs", "rollouts", "continuations")]
    [InlineData("learning", "recomputing", "rollouts", "learning", "memory")]
    public async Task Both_sides_take_the_same_work_and_come_to_a_table(string work, string only, params string[] parts)
    {
        await NeedAsync("import torch, transformers, PIL");
        string output = Path.Combine(_folder, "figures.json");
        RetraceProcess run = await PythonAsync(
            Path.Combine(Scripts, "beside.py"), "--small", "--rounds", "1", "--work", work, "--only", only, "--threads", "1",
            "--retrace", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll")}",
            "--model", Repository.Model, "--output", output);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonArray rows = JsonNode.Parse(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken))!["rows"]!
            .AsArray();
        Assert.Equal(
            parts.SelectMany(part => part == "memory"
                ? (string[])["peak memory, GiB", "memory kept after a step, GiB", "start until the first step, s"]
                : [$"{part}, tokens/s", $"{part}, tokens/processor s"]),
            rows.Select(row => row!["quantity"]!.GetValue<string>()));
        Assert.All(rows, row => Assert.InRange(row!["ratio"]!.GetValue<double>(), 1e-3, 1e3));
    }

    // All but the peer's half, for which a Python without packages is enough: small pieces of work by the program, with whole
    // weights and with an adapter, and what the table and the check of agreement make of figures.
    // Problems, responses of each, tokens of each, continuations of each response.
    [Theory]
    [InlineData("0", "steps", "step-8", 2, 2, 8, 0)]
    [InlineData("4", "steps", "step-16", 2, 2, 16, 0)]
    [InlineData("0", "steps", "csrs", 1, 2, 16, 5)]
    [InlineData("0", "sampling", "samples-8", 2, 2, 8, 0)]
    [InlineData("0", "learning", "recomputing", 2, 2, 16, 0)]
    public async Task The_programs_side_does_its_work_twice(
        string rank, string work, string only, int problems, int group, int tokens, int continuations)
    {
        await NeedAsync("import statistics");
        const string Script = """
            import json, pathlib, sys
            sys.path.insert(0, sys.argv[1])
            import beside, retrace_side, tasks
            options = beside.read_options(sys.argv[3:])
            [task] = tasks.of(options)
            folder = pathlib.Path(sys.argv[2])
            scored = beside.prepare(task, options.retrace, folder / "work")
            beside.check(scored, scored, task["dtype"])
            for other in ({**scored, "token_ids": scored["token_ids"][1:]},
                          {**scored, "log_probs": [None] + [one - 0.03 for one in scored["log_probs"][1:]]}):
                try:
                    beside.check(scored, other, task["dtype"])
                except SystemExit:
                    continue
                raise AssertionError("sides that differ were taken for the same")
            print(json.dumps({"task": task, **retrace_side.run(task, options.retrace, folder)}))
            """;

        RetraceProcess run = await PythonAsync(
            "-c", Script, Scripts, _folder, "--small", "--threads", "1", "--lora-rank", rank, "--work", work, "--only", only,
            "--retrace", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll")}",
            "--model", Repository.Model);

        Assert.True(run.ExitCode == 0, run.Error);
        JsonNode found = JsonNode.Parse(run.Output.TrimEnd().Split('\n')[^1])!;
        bool learns = only is not ("csrs" or "samples-8");
        int responses = problems * group;
        CheckPart("rollouts", responses, responses * tokens);
        if (continuations > 0)
        {
            CheckPart("continuations", responses * continuations, responses * continuations * tokens);
        }
        if (learns)
        {
            CheckPart("learning", responses, responses * tokens);
            Assert.Equal(Number("rollouts", "tokens"), Number("learning", "tokens"));
            Assert.InRange(found["kept_bytes"]!.GetValue<long>(), 50_000_000, found["peak_bytes"]!.GetValue<long>());
        }
        Assert.Equal(continuations == 0, found["peak_bytes"] is not null);
        // Two images of 256 tokens that are read as one question, or the question alone.
        int promptTokens = found["task"]!["prompt_tokens"]!.GetValue<int>();
        Assert.InRange(promptTokens, work == "sampling" ? 257 : 10, work == "learning" ? 250 : 600);

        void CheckPart(string part, int least, int most)
        {
            Assert.InRange(Number(part, "tokens"), least, most);
            Assert.True(Number(part, "seconds") > 0);
            Assert.True(Number(part, "processor_seconds") > 0);
        }

        double Number(string part, string name) => found[part]![name]!.GetValue<double>();
    }

    // Where the program shared a prompt of 30 tokens between two of four responses, it computed 30 tokens less.
    [Theory]
    [InlineData(200, "text", true)]
    [InlineData(170, "text", false)]
    [InlineData(170, "geometry", true)]
    public async Task A_prompt_that_was_shared_after_all_ends_the_comparison(int computed, string content, bool isRight)
    {
        await NeedAsync("import statistics");
        const string Script = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import retrace_side
            task = {"content": sys.argv[3], "prompt_tokens": 30, "problems": 2, "group": 2}
            retrace_side.check_own_prompts(
                task, {"pass_tokens": int(sys.argv[2]) / 4, "passes_per_update": 4, "maternal_tokens": 80})
            """;

        RetraceProcess run = await PythonAsync("-c", Script, Scripts, $"{computed}", content);

        Assert.Equal(isRight, run.ExitCode == 0);
        Assert.Equal(!isRight, run.Error.Contains("170 tokens were learned from, but 200 are those"));
    }

    // From 1 to 2 s one core was busy, from 2 to 4 s half of one.
    [Theory]
    [InlineData(1, 4, 2.0)]
    [InlineData(1.5, 3, 1.0)]
    [InlineData(3, 9, 0.5)]
    public async Task Processor_time_is_that_between_two_moments(double begin, double end, double seconds)
    {
        await NeedAsync("import statistics");
        const string Script = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import measured
            process = measured.Measured([], 0, [], 0, 0, [(1.0, 5.0), (2.0, 6.0), (4.0, 7.0)])
            print(process.processor_seconds(float(sys.argv[2]), float(sys.argv[3])))
            """;

        RetraceProcess run = await PythonAsync("-c", Script, Scripts, Invariant(begin), Invariant(end));

        Assert.Equal(seconds, double.Parse(run.Output, CultureInfo.InvariantCulture));

        static string Invariant(double moment) => moment.ToString(CultureInfo.InvariantCulture);
    }

    // Medians, and ratios inside the rounds: above 1 where the program is ahead, be more or less better.
    [Fact]
    public async Task The_table_sets_medians_and_the_ratios_of_each_round_beside_each_other()
    {
        await NeedAsync("import statistics");
        const string Script = """
            import json, sys
            sys.path.insert(0, sys.argv[1])
            import beside
            def side(seconds, peak):
                return {"rollouts": {"tokens": 100, "seconds": seconds, "processor_seconds": seconds / 2},
                        "learning": {"tokens": 50, "seconds": 2 * seconds, "processor_seconds": seconds},
                        "start_seconds": seconds, "peak_bytes": peak * 2**30}
            rounds = [{"retrace": side(ours, 2), "peer": side(theirs, 3)} for ours, theirs in ((1, 4), (2, 2), (4, 2))]
            print(json.dumps(beside.table("work", rounds)))
            """;

        RetraceProcess run = await PythonAsync("-c", Script, Scripts);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(
            ((string, double, double, double, double, double)[])
            [
                ("rollouts, tokens/s", 50, 50, 1, 0.5, 4), ("rollouts, tokens/processor s", 100, 100, 1, 0.5, 4),
                ("learning, tokens/s", 12.5, 12.5, 1, 0.5, 4), ("learning, tokens/processor s", 25, 25, 1, 0.5, 4),
                ("peak memory, GiB", 2, 3, 1.5, 1.5, 1.5), ("start until the first step, s", 2, 2, 1, 0.5, 4),
            ],
            JsonNode.Parse(run.Output)!.AsArray().Select(row => (
                row!["quantity"]!.GetValue<string>(), Number(row, "retrace"), Number(row, "peer"), Number(row, "ratio"),
                Number(row, "lowest"), Number(row, "highest"))));

        static double Number(JsonNode row, string name) => row[name]!.GetValue<double>();
    }

    // The archive of eng/publish.sh has beside.py and peer.py, and every script of ours that one of its scripts comes to.
    [Fact]
    public void The_archive_brings_all_scripts_of_a_comparison()
    {
        string publish = File.ReadAllText(Path.Combine(Repository.Root, "eng", "publish.sh"));
        string[] brought = Regex.Match(publish, "for script in ([a-z_ ]+); do").Groups[1].Value.Split(' ');
        string[] own = [.. Directory.GetFiles(Scripts, "*.py").Select(path => Path.GetFileNameWithoutExtension(path))];
        string[] needed =
        [
            .. brought.SelectMany(script => Regex.Matches(
                    File.ReadAllText(Path.Combine(Scripts, script + ".py")),
                    @"^import (\w+)|""(\w+)\.py""",
                    RegexOptions.Multiline))
                .Select(match => match.Groups[1].Value + match.Groups[2].Value).Where(own.Contains),
        ];
        Assert.Contains("beside", brought);
        Assert.Contains("peer", needed);
        Assert.Empty(needed.Except(brought));
    }

    // The figure of docs/performance.md: a change that adds an operation to each block adds 36.
    [Fact]
    public async Task A_step_of_decoding_starts_as_many_kernels_as_the_documentation_says()
    {
        await NeedAsync("import torch");
        RetraceProcess run = await PythonAsync(Path.Combine(Scripts, "operations.py"));
        Assert.True(run.ExitCode == 0, run.Error);
        string figure = run.Output.Split('\n').Single(line => line.Contains(" launches, ")).Split(" launches")[0];
        Assert.Contains(
            $"{figure} launches",
            await File.ReadAllTextAsync(
                Path.Combine(Repository.Root, "docs", "performance.md"), TestContext.Current.CancellationToken));
    }

    private static async Task NeedAsync(string import)
    {
        RetraceProcess? tried = null;
        try
        {
            tried = await PythonAsync("-c", import);
        }
        catch (Win32Exception)
        {
            // There is no Python at all.
        }
        Assert.SkipUnless(tried is { ExitCode: 0 }, $"There is no Python that can: {import}");
    }

    private static Task<RetraceProcess> PythonAsync(params string[] arguments) =>
        RetraceProcess.EndOfAsync(Process.Start(new ProcessStartInfo("python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
}
