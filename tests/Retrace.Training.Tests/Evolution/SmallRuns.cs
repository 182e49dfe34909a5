using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs of a model in a folder of their own, as short as can be; of the one that ships unless another is given.</summary>
internal sealed class SmallRuns : IDisposable
{
    private static readonly string[] Small =
    [
        "steps=3", "data.batch=2", "rollout.group=2", "retrace.samples=1", "rollout.max_response_tokens=24",
        "learn.mini_batch=2", "learn.warmup_steps=0", "checkpoint.every=1", "checkpoint.keep=10",
    ];

    private static readonly string[] Texts =
        [RunFolder.Trajectories, RunFolder.Answers, RunFolder.EvaluationSamples];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string[] _settings;

    public SmallRuns()
        : this(Shipped.Model, string.Join('\n', File.ReadLines(Shipped.TrainingProblems).Take(6)), Small)
    {
    }

    /// <param name="model">The model's folder.</param>
    /// <param name="problems">The problems, one a line.</param>
    /// <param name="settings">The settings of all runs.</param>
    public SmallRuns(string model, string problems, string[] settings)
    {
        _model = model;
        _settings = settings;
        Problems = _folder.Write("problems.jsonl", problems);
    }

    /// <summary>The file of problems: six of those that ship, or those that were given.</summary>
    public string Problems { get; }

    public TemporaryFolder Folder => _folder;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    public string FolderOf(string run) => _folder.Combine(run);

    public string CheckpointOf(string run, int step) => Path.Combine(FolderOf(run), "checkpoints", $"step-{step}");

    /// <summary>The options of a run, which is resumed where its folder holds one.</summary>
    public RunOptions Options(string run, params string[] settings)
    {
        string began = Path.Combine(FolderOf(run), RunFolder.Config);
        bool resumes = File.Exists(began);
        return new RunOptions(_model, Problems, FolderOf(run))
        {
            Configuration = resumes
                ? ConfigurationLayers.Resolve(null, began, settings)
                : ConfigurationLayers.Resolve(_model, null, [.. _settings, .. settings]),
            Resume = resumes,
        };
    }

    /// <summary>Takes the steps that are left, and returns how many had been taken.</summary>
    public int Evolve(string run, params string[] settings) => Evolve(Options(run, settings));

    public static int Evolve(RunOptions options)
    {
        using EvolutionRun run = EvolutionRun.Open(options, Cancellation);
        run.Evolve(Cancellation);
        return run.StepsTaken;
    }

    /// <summary>Takes one of the steps that are left and is interrupted then; returns how many had been taken.</summary>
    public int EvolveByOne(string run)
    {
        using CancellationTokenSource interruption = new();
        using EvolutionRun evolution = EvolutionRun.Open(Options(run), Cancellation);
        evolution.Loop.StepCompleted += metrics =>
        {
            if (metrics.Step > 0) // That of step 0 is the evaluation before training.
            {
                interruption.Cancel();
            }
        };
        Assert.ThrowsAny<OperationCanceledException>(() => evolution.Evolve(interruption.Token));
        return evolution.StepsTaken;
    }

    public static string RefusalOf(RunOptions options) =>
        Assert.Throws<BadInputException>(() => EvolutionRun.Open(options, Cancellation)).Message;

    /// <summary>A run as a process that was killed after a step's checkpoint has left it.</summary>
    public void CopyUpTo(string run, int step, string copy)
    {
        foreach (string file in Directory.EnumerateFiles(FolderOf(run)))
        {
            _folder.Write(Path.Combine(copy, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
        for (int kept = 1; kept <= step; kept++)
        {
            foreach (string file in Directory.EnumerateFiles(CheckpointOf(run, kept), "*", SearchOption.AllDirectories))
            {
                _folder.Write(
                    Path.Combine(copy, Path.GetRelativePath(FolderOf(run), file)), File.ReadAllBytes(file));
            }
        }
    }

    /// <summary>The metrics without what the clock and the machine decide, a text for each step.</summary>
    public string[] Metrics(string run) =>
    [
        .. RunReader.Read(FolderOf(run)).Metrics.Select(metrics =>
            MeasuredMetrics.Without(metrics).ToString() + string.Join(' ', metrics.AccuracyByFrequency ?? [])),
    ];

    /// <summary>
    /// Checks that a run has come to where another was after a step: numbers, texts, and every byte that it goes on with, so
    /// that it would come to the same end.
    /// </summary>
    public void AssertSameAt(int step, string expected, string actual)
    {
        Assert.Equal(step, RunReader.Read(FolderOf(actual)).Metrics[^1].Step);
        string[] metrics = Metrics(actual);
        Assert.Equal(Metrics(expected)[..metrics.Length], metrics);
        foreach (string file in Texts)
        {
            Assert.Equal(
                File.ReadLines(Path.Combine(FolderOf(expected), file))
                    .Where(line => JsonNode.Parse(line)!["step"]!.GetValue<int>() <= step),
                File.ReadLines(Path.Combine(FolderOf(actual), file)));
        }
        string[] files = FilesOf(expected);
        Assert.Equal(files, FilesOf(actual));
        Assert.All(files, file => Assert.Equal(
            File.ReadAllBytes(Path.Combine(CheckpointOf(expected, step), file)),
            File.ReadAllBytes(Path.Combine(CheckpointOf(actual, step), file))));

        string[] FilesOf(string run) =>
        [
            .. Directory.EnumerateFiles(CheckpointOf(run, step), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(CheckpointOf(run, step), file)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Checks that two runs have come to the same end: numbers, texts and weights.</summary>
    public void AssertSame(string expected, string actual, int steps, string weights = "model.safetensors")
    {
        Assert.Equal(Metrics(expected), Metrics(actual));
        foreach (string file in Texts)
        {
            Assert.Equal(
                File.ReadAllText(Path.Combine(FolderOf(expected), file)),
                File.ReadAllText(Path.Combine(FolderOf(actual), file)));
        }
        foreach (string file in (string[])[weights, "trainer/optimizer.safetensors"])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(CheckpointOf(expected, steps), file)),
                File.ReadAllBytes(Path.Combine(CheckpointOf(actual, steps), file)));
        }
    }
}
