using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Evaluation.Comparisons;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Comparisons;

/// <summary>Comparisons and demonstrations on problems that a program supplies.</summary>
public sealed class ProgramProblemsTests : IDisposable
{
    private static readonly string[] Small =
        ["steps=1", "data.batch=2", "rollout.group=2", "rollout.max_response_tokens=48", "retrace.samples=1"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_comparison_trains_on_one_source_measures_on_another_and_tests_on_a_third()
    {
        ComparisonFolder folder = new(_folder.Combine("comparison"));
        Counted training = new("training", Shipped.TrainingProblems, 2);
        Counted measured = new("measured", Shipped.TestProblems, 2);
        Counted tested = new("tested", Shipped.TestProblems, 3);
        Comparison comparison = Compare(training);
        Assert.Equal(3, comparison.Problems);
        StepMetrics last = RunReader.Read(folder.RunOf("csrs", 0)).Metrics[^1];
        Assert.NotNull(last.EvalAccuracy);
        StoredEvaluation stored = StoredEvaluation.Read(folder.TestOf("csrs", 0));
        Assert.Equal("tested", stored.Data);
        Assert.Equal([1, 1, 2], [training.Reads, measured.Reads, tested.Reads]); // The test: before and after.

        Compare(training);
        // All of it was there; the problems are read to see that they are the same.
        Assert.Equal([2, 1, 4], [training.Reads, measured.Reads, tested.Reads]);

        Compare(new Counted("the same by another name", Shipped.TrainingProblems, 2));
        string complaint = Assert.Throws<BadInputException>(
            () => Compare(new Counted("training", Shipped.TrainingProblems, 3))).Message;
        Assert.Contains("3 problems", complaint);

        Directory.Move(folder.Path, _folder.Combine("moved"));
        folder = new ComparisonFolder(_folder.Combine("moved"));
        int measurements = measured.Reads;
        Assert.Equal(comparison.Start, Compare(training).Start);
        Assert.Equal(measurements, measured.Reads);

        Comparison Compare(IProblemSource problems) => new ComparisonRun(
            Shipped.Model,
            problems,
            new HeldOutTest(tested, samples: 1),
            ComparisonPlan.Of(
                [new Variant("csrs", "method=csrs")],
                [0],
                baseline: null,
                overrides => ConfigurationLayers.Resolve(
                    Shipped.Model, null, [.. Small, "evaluation.every=1", "evaluation.samples=1", .. overrides])),
            folder)
        {
            EvaluationProblems = measured,
        }.Complete(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_demonstration_trains_and_measures_on_sources()
    {
        Counted training = new("training", Shipped.TrainingProblems, 2);
        Counted measured = new("measured", Shipped.TestProblems, 2);
        Demonstration demonstration = new(
            Shipped.Model,
            training,
            measured,
            new HeldOutTest(new Counted("tested", Shipped.TestProblems, 3), samples: 1),
            _folder.Combine("demo"));
        DemonstrationResult result = demonstration.Complete(
            steps: 1, seed: 0, observers: _ => [], TestContext.Current.CancellationToken);
        Assert.Equal(3, result.Start.Count);
        Assert.Equal(Demonstration.Methods, result.Runs.Select(run => run.Method));
        Assert.All(result.Runs, run => Assert.NotNull(run.Metrics[^1].EvalAccuracy));
        Assert.Equal((3, 3), (training.Reads, measured.Reads)); // Once for each run.
        Assert.True(File.Exists(demonstration.ReportFile));
        Assert.Contains("vote_samples: 36", File.ReadAllText(_folder.Combine("demo/majority/config.yaml")));
    }

    // Counts how often its problems are asked for.
    private sealed class Counted(string name, string file, int count) : IProblemSource
    {
        public string Name => name;

        public int Reads { get; private set; }

        public ProblemSet Read()
        {
            Reads++;
            ProblemSet all = ProblemSources.Open(file).Read();
            return new ProblemSet([.. all.Problems.Take(count)], all.Answers, all.Skipped);
        }
    }
}
