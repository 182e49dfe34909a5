using System.Diagnostics;
using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Faults.Tests;

/// <summary>A run of the model that ships, as short as can be: every step is evaluated, and has a checkpoint.</summary>
/// <param name="directory">The run's folder.</param>
/// <param name="kind">What kind of run it is; null: <see cref="RunKind.Retracing"/>.</param>
internal sealed class TinyRun(string directory, RunKind? kind = null)
{
    public const int Steps = 5;

    public string Directory { get; } = directory;

    public RunKind Kind { get; } = kind ?? RunKind.Retracing;

    public string Checkpoints => Path.Combine(Directory, "checkpoints");

    /// <summary>Whether there is something that <c>--resume</c> goes on with.</summary>
    public bool HasBegun => File.Exists(FileOf("config.yaml"));

    /// <summary>The step of the latest checkpoint; 0 where there is none.</summary>
    public int LatestCheckpoint => WholeCheckpoints.Select(StepOf).Append(0).Max();

    /// <summary>The folders of checkpoints with their final names.</summary>
    public IReadOnlyList<string> WholeCheckpoints => !System.IO.Directory.Exists(Checkpoints)
        ? []
        : [.. System.IO.Directory.GetDirectories(Checkpoints).Where(folder => !Path.HasExtension(folder))];

    /// <summary>
    /// When a file last came to, or went from, a checkpoint that is being written or removed, or was when its process was killed;
    /// before all times where there is none.
    /// </summary>
    public DateTime UnfinishedCheckpoint => !System.IO.Directory.Exists(Checkpoints)
        ? DateTime.MinValue
        : System.IO.Directory.GetDirectories(Checkpoints, "*.unfinished")
            .Select(System.IO.Directory.GetLastWriteTimeUtc).Append(DateTime.MinValue).Max();

    /// <summary>
    /// When what the run is started with was last written, or began to be; before all times where it never was.
    /// </summary>
    public DateTime LatestWriting => !System.IO.Directory.Exists(Directory)
        ? DateTime.MinValue
        : System.IO.Directory.GetFiles(Directory, "origin.json*")
            .Select(File.GetLastWriteTimeUtc).Append(DateTime.MinValue).Max();

    /// <summary>How many processes have loaded everything and begun their work.</summary>
    public int Attempts => WholeLinesOf(RunFolder.Log).Count(line => line.Contains(" steps taken, ", StringComparison.Ordinal));

    public string FileOf(params string[] parts) => Path.Combine([Directory, .. parts]);

    public string CheckpointOf(int step) => Path.Combine(Checkpoints, $"step-{step}");

    /// <summary>Starts the run, or goes on with what is there.</summary>
    public Process Start(params (string Name, string? Value)[] environment) =>
        RetraceProcess.Start(environment, Arguments());

    /// <summary>The same, up to the end of the process.</summary>
    public Task<RetraceProcess> RunAsync() => RetraceProcess.EndOfAsync(Start());

    /// <summary>The whole lines of the metrics, without what the clock and the machine decide.</summary>
    public string[] Metrics() =>
    [
        .. WholeLinesOf("metrics.jsonl").Select(line =>
        {
            JsonObject metrics = JsonNode.Parse(line)!.AsObject();
            Array.ForEach(MeasuredMetrics.Keys, key => Assert.True(metrics.Remove(key)));
            return metrics.ToJsonString();
        }),
    ];

    public string[] WholeLinesOf(string file)
    {
        string text = File.Exists(FileOf(file)) ? File.ReadAllText(FileOf(file)) : "";
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Waits until something holds, while the process is at work.</summary>
    /// <returns>Whether it held before the process ended.</returns>
    public static async Task<bool> UntilAsync(Process process, Func<bool> holds)
    {
        while (!holds())
        {
            if (process.HasExited)
            {
                return false;
            }
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        return true;
    }

    /// <summary>Checks that a run that was broken off has lost nothing of what it had.</summary>
    /// <param name="whole">What it would be, had nothing broken it off.</param>
    public void AssertNothingLost(TinyRun whole)
    {
        Assert.All(WholeCheckpoints, folder => Assert.Null(Checksums.FindDamage(folder)));
        // Whoever sees a run sees what it was started with, whole.
        Assert.Equal(HasBegun || File.Exists(FileOf("origin.json")), RunOriginFile.Read(Directory) is not null);
        string[] lines = Metrics();
        Assert.Equal(whole.Metrics()[..lines.Length], lines);
        Assert.True(LatestCheckpoint == 0 || lines.Length > LatestCheckpoint, "A step with a checkpoint has no line.");
    }

    /// <summary>
    /// Checks that the run has come to the same end as another: its numbers, its texts, and all that its checkpoints hold.
    /// </summary>
    public void AssertSameAs(TinyRun whole)
    {
        Assert.Equal(Steps + 1, whole.Metrics().Length); // One for the evaluation before training.
        Assert.Equal(whole.Metrics(), Metrics());
        Assert.Subset(
            WholeCheckpoints.Select(StepOf).ToHashSet(), new HashSet<int> { Steps - 1, Steps }); // checkpoint.keep
        Assert.Equal(whole.EntriesOfCheckpoints(), EntriesOfCheckpoints());
        Assert.All(
            [
                "trajectories.jsonl", "answers.jsonl", "evaluation-samples.jsonl", "evaluation-card.json", "origin.json",
                .. EntriesOfCheckpoints().Where(entry => File.Exists(FileOf(entry))),
            ],
            file => Assert.True(File.ReadAllBytes(whole.FileOf(file)).AsSpan().SequenceEqual(File.ReadAllBytes(FileOf(file))),
                $"{file} is another one than that of the run that was not broken off."));
        Assert.All(WholeCheckpoints, folder => Assert.Null(Checksums.FindDamage(folder)));
    }

    // All files and folders, also those of checkpoints that were left unfinished.
    private string[] EntriesOfCheckpoints() =>
    [
        .. System.IO.Directory.GetFileSystemEntries(Checkpoints, "*", SearchOption.AllDirectories)
            .Select(entry => Path.GetRelativePath(Directory, entry)).Order(StringComparer.Ordinal),
    ];

    private string[] Arguments() =>
    [
        "evolve", "--model", Repository.Model, "--data", UnbrokenRun.Problems, "--output", Directory,
        "--steps", $"{Steps}", "--set", "threads=1",
        "--set", "data.batch=1", "--set", "rollout.group=2", "--set", "retrace.samples=1",
        "--set", "rollout.max_response_tokens=32", "--set", "learn.mini_batch=2", "--set", "learn.warmup_steps=0",
        "--set", "checkpoint.every=1", "--set", "checkpoint.keep=2",
        "--set", $"evaluation.data={UnbrokenRun.Problems}", "--set", "evaluation.limit=3", "--set", "evaluation.every=1",
        .. Kind.Settings.SelectMany(setting => (string[])["--set", setting]),
        .. HasBegun ? (string[])["--resume"] : [],
    ];

    private static int StepOf(string folder) => int.Parse(Path.GetFileName(folder)["step-".Length..]);
}
