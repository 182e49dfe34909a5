using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using TorchSharp;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs of the model that ships, on a few of the problems that ship.</summary>
[Trait("Time", "long")]
public sealed class EvolutionRunTests : IDisposable
{
    private static readonly string[] Small =
    [
        "steps=3", "data.batch=3", "rollout.group=4", "retrace.samples=2", "learn.mini_batch=6", "checkpoint.every=1",
    ];

    private static readonly string[] Lora =
        ["model.lora_rank=4", "model.lora_dropout=0.1", "learn.learning_rate=1e-3", "learn.warmup_steps=0"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_in_the_file_change_nothing_that_is_learned()
    {
        string[] lines = [.. File.ReadLines(Shipped.TrainingProblems).Take(6)];
        string labeled = _folder.Write("labeled.jsonl", string.Join('\n', lines));
        string unlabeled = _folder.Write("unlabeled.jsonl", string.Join('\n', lines.Select(WithoutLabel)));

        IReadOnlyList<StepMetrics> with = Run(labeled, "with");
        IReadOnlyList<StepMetrics> without = Run(unlabeled, "without");

        Assert.NotNull(with[^1].TrainAccuracy);
        Assert.Null(without[^1].TrainAccuracy);
        Assert.True(with.Sum(step => step.GradNorm) > 0);
        Assert.Equal(Weights("with", 3), Weights("without", 3));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(Shipped.Model, "model.safetensors")), Weights("with", 3));

        static string WithoutLabel(string line)
        {
            JsonObject record = JsonNode.Parse(line)!.AsObject();
            Assert.True(record.Remove("answer"));
            record.Remove("figure"); // The answer can be computed from it.
            return record.ToJsonString();
        }
    }

    [Theory]
    [InlineData("csrs", "retracing")]
    [InlineData("csrs", "rollout")]
    [InlineData("majority", "rollout")]
    public void An_interrupted_run_goes_on_as_if_nothing_had_been(string method, string stage)
    {
        string problems = Problems();
        IReadOnlyList<StepMetrics> unbroken = Run(problems, "unbroken", $"method={method}");
        Assert.All(unbroken.Where(step => step.Step > 0), step => AssertCosts(step, retraces: method == "csrs"));

        using (var interruption = new CancellationTokenSource())
        using (EvolutionRun first = Open(problems, "broken", resume: false, [.. Small, $"method={method}"]))
        {
            first.Loop.StageStarted += (step, started) =>
            {
                if (step == 2 && started == stage)
                {
                    interruption.Cancel();
                }
            };
            Assert.ThrowsAny<OperationCanceledException>(() => first.Loop.Run(0, interruption.Token));
            Assert.Equal(Path.Combine(_folder.Combine("broken"), "checkpoints", "step-1"), first.LatestCheckpoint);
        }
        using (EvolutionRun second = Open(problems, "broken", resume: true, [.. Small, $"method={method}"]))
        {
            Assert.Equal(1, second.StepsTaken);
            second.Loop.Run(second.StepsTaken, Cancellation);
        }
        Assert.Equal(unbroken.Select(Timeless), RunReader.Read(_folder.Combine("broken")).Metrics.Select(Timeless));
        Assert.Equal(Weights("unbroken", 3), Weights("broken", 3));
    }

    [Fact]
    public void A_run_with_an_adapter_goes_on_as_if_nothing_had_been()
    {
        string problems = Problems();
        string[] settings = [.. Small, .. Lora];
        IReadOnlyList<StepMetrics> unbroken = Run(problems, "unbroken", Lora);
        using (var interruption = new CancellationTokenSource())
        using (EvolutionRun first = Open(problems, "broken", resume: false, settings))
        {
            first.Loop.StepCompleted += step => interruption.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => first.Loop.Run(0, interruption.Token));
        }
        using (EvolutionRun second = Open(problems, "broken", resume: true, settings))
        {
            Assert.Equal(1, second.StepsTaken);
            second.Loop.Run(second.StepsTaken, Cancellation);
        }
        Assert.True(unbroken.Sum(step => step.GradNorm) > 0 && unbroken[^1].Kl > 0);
        Assert.Equal(unbroken.Select(Timeless), RunReader.Read(_folder.Combine("broken")).Metrics.Select(Timeless));
        Assert.Equal(Adapter("unbroken"), Adapter("broken"));
        Assert.NotEqual(Adapter("unbroken"), File.ReadAllBytes(
            Path.Combine(_folder.Combine("unbroken"), "checkpoints", "step-2", "adapter_model.safetensors")));
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(_folder.Combine("unbroken"), "checkpoints", "step-3")),
            file => Path.GetFileName(file) is "model.safetensors" or "config.json");

        byte[] Adapter(string run) => File.ReadAllBytes(
            Path.Combine(_folder.Combine(run), "checkpoints", "step-3", "adapter_model.safetensors"));
    }

    [Fact]
    public void An_exported_run_with_an_adapter_is_a_model_to_start_from()
    {
        string problems = Problems();
        Run(problems, "run", [.. Lora, "steps=1"]);
        string checkpoint = Path.Combine(_folder.Combine("run"), "checkpoints", "step-1");
        BadInputException error = Assert.Throws<BadInputException>(() =>
            Open(problems, "on", resume: false, [.. Small, "steps=1"], checkpoint));
        Assert.Contains("retrace export", error.Message);

        string exported = _folder.Combine("exported");
        Assert.Equal(1, RunExport.Write(_folder.Combine("run"), null, exported, null, 1_000_000_000));
        Run(problems, "on", model: exported, settings: ["steps=1"]);
    }

    [Fact]
    public void The_export_of_a_trained_model_has_its_weights_and_another_step_is_named()
    {
        Run(Problems(), "run", "steps=2");
        string run = _folder.Combine("run");
        Assert.Equal(1, RunExport.Write(run, step: 1, _folder.Combine("first"), null, 1_000_000_000));
        Assert.Equal(2, RunExport.Write(run, step: null, _folder.Combine("last"), null, 1_000_000_000));
        foreach ((string exported, int step) in (ReadOnlySpan<(string, int)>)[("first", 1), ("last", 2)])
        {
            string path = Path.Combine(_folder.Combine(exported), "model.safetensors");
            Assert.Equal(Weights("run", step), File.ReadAllBytes(path));
            Assert.False(Directory.Exists(Path.Combine(_folder.Combine(exported), "trainer")));
        }
        Assert.Contains("no checkpoint of step 7; those there are of steps 1, 2", Refusal(run, 7, "x", null));
        Assert.Contains("no checkpoint", Refusal(_folder.Path, null, "x", null));
        Assert.Contains("fp8, but must be one of bf16, fp16, fp32", Refusal(run, null, "x", "fp8"));
        Assert.Contains("exists already", Refusal(run, null, "last", null));

        string Refusal(string directory, int? step, string output, string? type) =>
            Assert.Throws<BadInputException>(() =>
                RunExport.Write(directory, step, _folder.Combine(output), type, 1_000_000_000)).Message;
    }

    [Fact]
    public void Only_so_many_checkpoints_stay_and_each_is_a_model()
    {
        Run(Problems(), "run", "checkpoint.keep=2");
        string checkpoints = Path.Combine(_folder.Combine("run"), "checkpoints");
        Assert.Equal(["step-2", "step-3"], Directory.EnumerateDirectories(checkpoints).Select(Path.GetFileName).Order());
        Run(Problems(), "on", model: Path.Combine(checkpoints, "step-3"), settings: ["steps=1"]);
    }

    [Fact]
    public void A_run_is_not_overwritten_nor_resumed_with_other_settings()
    {
        string problems = Problems();
        Run(problems, "run", "steps=1");
        Assert.Contains("--resume", Refusal(resume: false, "steps=1"));
        Assert.Contains("learn.kl", Refusal(resume: true, "steps=2", "learn.kl=0.5"));
        using EvolutionRun longer = Open(problems, "run", resume: true, [.. Small, "steps=2"]);
        Assert.Contains(
            "Another process", Assert.Throws<BadInputException>(() =>
                Open(problems, "run", resume: true, [.. Small, "steps=2"])).Message);

        string Refusal(bool resume, params string[] settings) =>
            Assert.Throws<BadInputException>(() => Open(problems, "run", resume, [.. Small, .. settings])).Message;
    }

    [Fact]
    public void Problems_that_cannot_be_used_are_left_out_and_named()
    {
        string[] lines = [.. File.ReadLines(Shipped.TrainingProblems).Take(3)];
        string overlong = $$"""{"id":"overlong","question":"{{string.Concat(Enumerable.Repeat("xq ", 2000))}}"}""";
        string broken = """{"id":"broken","question":"?","image":"data:image/png;base64,AAAA"}""";
        string gone = """{"id":"gone","question":"?","image":"gone.png"}""";
        string problems = _folder.Write("problems.jsonl", string.Join('\n', [overlong, .. lines, broken, gone]));
        using EvolutionRun run = Open(problems, "run", resume: false, [.. Small, "steps=1"]);
        Assert.Equal(3, run.ProblemCount);
        Assert.Equal(["broken", "gone", "overlong"], run.Skipped.Select(skipped => skipped.Id).Order());
        run.Loop.Run(0, Cancellation);
        Assert.Equal(3, RunReader.Read(_folder.Combine("run")).Metrics[0].SkippedProblems);
    }

    [Theory]
    [InlineData("csrs")]
    [InlineData("majority")]
    [InlineData("supervised")]
    [InlineData("entropy")]
    [InlineData("self-certainty")]
    [InlineData("random")]
    public void Every_method_learns_and_measures(string method)
    {
        IReadOnlyList<StepMetrics> metrics = Run(Problems(), method, $"method={method}", "steps=2");
        Assert.Equal([1, 2], metrics.Select(step => step.Step));
        Assert.All(metrics, step =>
        {
            Assert.Equal(method, step.Method);
            Assert.InRange(step.Entropy!.Value, 0, 10);
            Assert.InRange(step.RewardMean!.Value, method is "entropy" or "self-certainty" ? -10 : 0, 30);
            Assert.True(step.Kl >= 0 && step.MaternalTokens > 0 && step.LearningRate > 0);
            Assert.Equal(method == "csrs", step.RetracedTokens > 0);
            Assert.Equal(method == "csrs", step.SurvivalRight is not null || step.SurvivalWrong is not null);
        });
    }

    [Fact]
    public void A_rule_that_asks_what_the_question_suggests_gets_blind_samples()
    {
        IReadOnlyList<StepMetrics> metrics = Run(
            Problems(), "grounded", "reward.rule=grounded", "retrace.blind_samples=3", "steps=1");
        IReadOnlyList<StepMetrics> without = Run(Problems(), "survival", "reward.rule=survival", "steps=1");
        Assert.True(metrics[0].RetracedTokens > without[0].RetracedTokens);
        Assert.All(RunReader.Read(_folder.Combine("grounded")).Answers, group =>
        {
            Assert.Equal(3, group.Blind.Count);
            Assert.All(group.Blind, answer => Assert.InRange(answer, -1, group.Answers.Count - 1));
        });
        Assert.All(RunReader.Read(_folder.Combine("survival")).Answers, group => Assert.Empty(group.Blind));
    }

    [Fact]
    public void A_run_leaves_no_tensor_behind()
    {
        string problems = Problems();
        Run(problems, "warm", "steps=1");
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run(problems, "run", "steps=2");
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Memory_stays_flat_over_fifty_steps()
    {
        string[] settings =
        [
            "steps=50", "data.batch=1", "rollout.group=2", "retrace.samples=1", "rollout.max_response_tokens=8",
            "checkpoint.every=25", "checkpoint.keep=1",
        ];
        var tensors = new List<long>();
        var resident = new List<long>();
        using EvolutionRun run = Open(Problems(), "run", resume: false, [.. Small, .. settings]);
        run.Loop.StepCompleted += _ =>
        {
            tensors.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            resident.Add(Environment.WorkingSet);
        };
        run.Loop.Run(0, Cancellation);

        Assert.Equal(50, tensors.Count);
        Assert.All(tensors, count => Assert.Equal(tensors[0], count));
        // A step's tensors have 10 MiB and more: the half of it kept by every step would be a quarter of a gigabyte.
        Assert.InRange(resident[40..].Max() - resident[..10].Max(), long.MinValue, 100L << 20);
    }

    [Fact]
    public void Recomputed_activations_give_the_same_weights()
    {
        Run(Problems(), "kept", "steps=1", "model.activation_checkpointing=false");
        Run(Problems(), "recomputed", "steps=1", "model.activation_checkpointing=true");
        Assert.Equal(Weights("kept", 1), Weights("recomputed", 1));
    }

    private static void AssertCosts(StepMetrics step, bool retraces)
    {
        StepParts parts = StepParts.Of(step)!;
        Assert.Equal(step.StepSeconds!.Value, parts.Total, 1e-9);
        Assert.Equal(step.RolloutSeconds!.Value, parts.Total - parts.Learning, 1e-9);
        Assert.True(parts.Sampling > 0 && parts.Learning > 0);
        Assert.Equal(retraces, parts.Reinference > 0);
        Assert.Null(step.PublishSeconds);
        Assert.Equal(step.MaternalTokens!.Value, step.LearnedTokensPerSecond!.Value * step.LearnSeconds!.Value, 1e-6);
        Assert.InRange(step.DecodingSequences!.Value, 1, 24); // Twelve trajectories, and two continuations of each.
        Assert.True(step.PassTokens > 0 && step.PassesPerUpdate >= 1);
        Assert.NotNull(step.CostHints);
    }

    // Without what the clock and the machine decide.
    private static string Timeless(StepMetrics metrics) =>
        (MeasuredMetrics.Without(metrics) with { AccuracyByFrequency = null }).ToString()
        + string.Join(' ', metrics.AccuracyByFrequency ?? []);

    private string Problems() =>
        _folder.Write("problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TrainingProblems).Take(6)));

    private byte[] Weights(string run, int step) => File.ReadAllBytes(
        Path.Combine(_folder.Combine(run), "checkpoints", $"step-{step}", "model.safetensors"));

    private IReadOnlyList<StepMetrics> Run(string problems, string name, params string[] settings) =>
        Run(problems, name, Shipped.Model, settings);

    private IReadOnlyList<StepMetrics> Run(string problems, string name, string model, string[] settings)
    {
        using (EvolutionRun run = Open(problems, name, resume: false, [.. Small, .. settings], model))
        {
            run.Loop.Run(0, Cancellation);
        }
        return RunReader.Read(_folder.Combine(name)).Metrics;
    }

    private EvolutionRun Open(
        string problems, string name, bool resume, string[] settings, string? model = null) => EvolutionRun.Open(
            new RunOptions(model ?? Shipped.Model, problems, _folder.Combine(name))
            {
                Configuration = ConfigurationLayers.Resolve(Shipped.Model, null, settings),
                Resume = resume,
            },
            Cancellation);
}
