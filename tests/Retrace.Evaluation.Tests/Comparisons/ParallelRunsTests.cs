using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Evaluation.Comparisons;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Testing;
using TestResult = Retrace.Evaluation.Comparisons.TestResult;

namespace Retrace.Evaluation.Tests.Comparisons;

/// <summary>Runs of a comparison that go on at once, in one process.</summary>
public sealed class ParallelRunsTests : IDisposable
{
    private const int Steps = 2;

    private static readonly string[] Small =
    [
        $"steps={Steps}", "data.batch=2", "rollout.group=2", "rollout.max_response_tokens=32", "retrace.samples=1",
        "learn.mini_batch=4", "learn.learning_rate=1e-3", "learn.warmup_steps=0", "evaluation.every=2", "evaluation.samples=1",
    ];

    private static readonly string[] Methods = ["csrs", "majority-budget", "random"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_are_the_same_bit_for_bit_alone_beside_others_and_after_they_were_stopped()
    {
        ComparisonFolder alone = new(_folder.Combine("alone"));
        Comparison one = Compare(alone, parallel: 1);

        // First a run fails, then one is interrupted: that ends them all.
        ComparisonFolder together = new(_folder.Combine("together"));
        Disturbance failure = new("random", () => throw new InvalidOperationException("It is broken."));
        Assert.Equal(
            "It is broken.",
            Assert.Throws<InvalidOperationException>(() => Compare(together, parallel: 2, failure)).Message);
        failure.CheckThatNothingGoesOn();
        using CancellationTokenSource interruption = new();
        Disturbance interrupting = new(method: null, interruption.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(
            () => Compare(together, parallel: 2, interrupting, interruption.Token));
        interrupting.CheckThatNothingGoesOn();
        Assert.False(File.Exists(together.Report));
        Comparison two = Compare(together, parallel: 2);

        Assert.Equal(Table(one), Table(two));
        foreach (string method in Methods)
        {
            foreach (long seed in (long[])[0, 1])
            {
                CheckEqual(alone.RunOf(method, seed), together.RunOf(method, seed));
            }
        }
    }

    private static void CheckEqual(string run, string other)
    {
        Assert.Equal(Metrics(run), Metrics(other));
        string weights = Path.Combine(RunFolder.Checkpoints, $"step-{Steps}", "model.safetensors");
        foreach (string file in new[] { RunFolder.Trajectories, RunFolder.Answers, RunFolder.EvaluationSamples, weights })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(run, file)), File.ReadAllBytes(Path.Combine(other, file)));
        }
        Assert.Contains("\nthreads: 1\n", File.ReadAllText(Path.Combine(other, RunFolder.Config)));
    }

    private static IEnumerable<string> Metrics(string run) =>
        File.ReadLines(Path.Combine(run, RunFolder.Metrics)).Select(line =>
        {
            JsonObject step = JsonNode.Parse(line)!.AsObject();
            foreach (string key in MeasuredMetrics.Keys)
            {
                step.Remove(key);
            }
            return step.ToJsonString();
        });

    // Without the seconds, the last column.
    private static IEnumerable<string> Table(Comparison comparison) =>
        ComparisonTable.Rows(comparison).Select(row => string.Join('|', row[..^1]));

    private static Comparison Compare(
        ComparisonFolder folder,
        int parallel,
        IComparisonObserver? observer = null,
        CancellationToken? cancellation = null) => new ComparisonRun(
            Shipped.Model,
            new First(Shipped.TrainingProblems, 5),
            new HeldOutTest(new First(Shipped.TestProblems, 3), samples: 1),
            ComparisonPlan.Of(
                Variants.Choose(string.Join(',', Methods), []),
                [0, 1],
                baseline: null,
                overrides => ConfigurationLayers.Resolve(Shipped.Model, null, [.. Small, .. overrides])),
            folder,
            observer)
        {
            EvaluationProblems = new First(Shipped.TestProblems, 2),
            Parallel = parallel,
        }.Complete(cancellation ?? TestContext.Current.CancellationToken);

    // Does something after each step of a method, or of any: which runs are over by then is a matter of luck.
    private sealed class Disturbance(string? method, Action disturb) : IComparisonObserver
    {
        private int _going;

        private string? Method => method;

        private Action Disturb => disturb;

        public void CheckThatNothingGoesOn() => Assert.Equal(0, _going);

        public IReadOnlyList<IRunObserver> ObserversOf(string name, long seed) => [new Watched(this, name)];

        public void CompleteTest(string? name, long seed, TestResult result)
        {
        }

        private sealed class Watched(Disturbance disturbance, string name) : IRunObserver
        {
            public void Begin(RunStart run) => disturbance._going++;

            public void CompleteStep(StepMetrics metrics)
            {
                if (disturbance.Method is null || name == disturbance.Method)
                {
                    disturbance.Disturb();
                }
            }

            public void End(Exception? failure) => disturbance._going--;
        }
    }

    private sealed class First(string file, int count) : IProblemSource
    {
        public string Name => file;

        public ProblemSet Read()
        {
            ProblemSet all = ProblemSources.Open(file).Read();
            return new ProblemSet([.. all.Problems.Take(count)], all.Answers, all.Skipped);
        }
    }
}
