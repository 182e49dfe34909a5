using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>The scripts of benchmarks/beside-pytorch, where there is a Python with torch and transformers.</summary>
public sealed class BesidePyTorchTests : IDisposable
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "benchmarks", "beside-pytorch");

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Both_sides_take_the_same_work_and_come_to_a_table()
    {
        await NeedAsync("import torch, transformers, PIL");
        string output = Path.Combine(_folder, "figures.json");
        RetraceProcess run = await PythonAsync(
            Path.Combine(Scripts, "beside.py"), "--small", "--rounds", "1", "--only", "step-8", "--threads", "1",
            "--retrace", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll")}",
            "--model", Repository.Model, "--output", output);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonArray rows = JsonNode.Parse(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken))!["rows"]!
            .AsArray();
        Assert.Equal(
            ["rollouts, tokens/s", "learning, response tokens/s", "peak memory, GiB", "start until the first step, s"],
            rows.Select(row => row!["quantity"]!.GetValue<string>()));
        Assert.All(rows, row => Assert.InRange(row!["ratio"]!.GetValue<double>(), 1e-3, 1e3));
    }

    // All but the peer's half, for which a Python without packages is enough: every small piece of work by the program, with
    // whole weights and with an adapter, and what the table and the check of agreement make of figures.
    [Theory]
    [InlineData("0")]
    [InlineData("4")]
    public async Task The_programs_side_takes_its_two_steps_of_every_small_piece_of_work(string rank)
    {
        await NeedAsync("import statistics");
        const string Script = """
            import json, pathlib, sys
            sys.path.insert(0, sys.argv[1])
            import beside, retrace_side
            folder = pathlib.Path(sys.argv[2])
            options = beside.read_options(sys.argv[3:])
            found = {}
            for task in beside.tasks(options):
                place = folder / task["name"]
                task["data"] = str(retrace_side.make_problems(options.retrace, task["problems"], place / "data"))
                scored = retrace_side.score(task, options.retrace, place)
                beside.check(scored, scored, task["dtype"])
                found[task["name"]] = retrace_side.run(task, options.retrace, place)
                for other in ({**scored, "token_ids": scored["token_ids"][1:]},
                              {**scored, "log_probs": [None] + [one - 0.03 for one in scored["log_probs"][1:]]}):
                    try:
                        beside.check(scored, other, task["dtype"])
                    except SystemExit:
                        continue
                    raise AssertionError("sides that differ were taken for the same")
            print(json.dumps(found))
            """;

        RetraceProcess run = await PythonAsync(
            "-c", Script, Scripts, _folder, "--small", "--threads", "1", "--lora-rank", rank,
            "--retrace", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll")}",
            "--model", Repository.Model);

        Assert.True(run.ExitCode == 0, run.Error);
        JsonNode found = JsonNode.Parse(run.Output)!;
        // Problems, responses of each, tokens of each, continuations of each response.
        foreach ((string name, int responses, int tokens, int continuations) in
            ((string, int, int, int)[])[("step-8", 4, 8, 0), ("step-16", 4, 16, 0), ("csrs", 2, 16, 5)])
        {
            JsonNode figures = found[name]!;
            int most = responses * tokens * (1 + continuations);
            Assert.InRange(figures["generated_tokens"]!.GetValue<int>(), responses, most);
            Assert.Equal(
                continuations == 0 ? figures["generated_tokens"]!.GetValue<int>() : 0,
                figures["learned_tokens"]!.GetValue<int>());
            Assert.Equal(continuations > 0, figures["learn_seconds"] is null);
            Assert.True(figures["rollout_seconds"]!.GetValue<double>() > 0);
            Assert.True(figures["peak_bytes"]!.GetValue<long>() > 50_000_000);
        }
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
                return {"generated_tokens": 100, "rollout_seconds": seconds, "learned_tokens": 50, "learn_seconds": 2 * seconds,
                        "start_seconds": seconds, "peak_bytes": peak * 2**30}
            rounds = [{"retrace": side(ours, 2), "peer": side(theirs, 3)} for ours, theirs in ((1, 4), (2, 2), (4, 2))]
            print(json.dumps(beside.table("work", rounds)))
            """;

        RetraceProcess run = await PythonAsync("-c", Script, Scripts);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(
            ((string, double, double, double, double, double)[])
            [
                ("rollouts, tokens/s", 50, 50, 1, 0.5, 4), ("learning, response tokens/s", 12.5, 12.5, 1, 0.5, 4),
                ("peak memory, GiB", 2, 3, 1.5, 1.5, 1.5), ("start until the first step, s", 2, 2, 1, 0.5, 4),
            ],
            JsonNode.Parse(run.Output)!.AsArray().Select(row => (
                row!["quantity"]!.GetValue<string>(), Number(row, "retrace"), Number(row, "peer"), Number(row, "ratio"),
                Number(row, "lowest"), Number(row, "highest"))));

        static double Number(JsonNode row, string name) => row[name]!.GetValue<double>();
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
