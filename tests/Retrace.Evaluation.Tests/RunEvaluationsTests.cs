using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Tests;

/// <summary>The evaluations within a run: their card, and that their numbers come out again.</summary>
public sealed class RunEvaluationsTests : IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_numbers_of_every_step_come_out_again()
    {
        string problems = _files.Write(
            "problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TestProblems).Take(10)));
        string run = _files.Combine("run");
        EvolutionRun.Complete(
            new RunOptions(Shipped.Model, problems, run)
            {
                Configuration = ConfigurationLayers.Resolve(Shipped.Model, null,
                [
                    "steps=2", "data.batch=1", "rollout.group=2", "retrace.samples=1", "rollout.max_response_tokens=60",
                    $"evaluation.data={problems}", "evaluation.every=1", "evaluation.samples=2", "evaluation.limit=8",
                ]),
            },
            TestContext.Current.CancellationToken);

        Assert.True(RunEvaluations.AreIn(run));
        IReadOnlyList<RegradedStep> again = RunEvaluations.Regrade(run, extraction: null);
        StepMetrics[] recorded = [.. RunReader.Read(run).Metrics];
        Assert.Equal([0, 1, 2], again.Select(step => step.Step));
        Assert.True(again[0].Summary.Accuracy > 0);
        foreach ((RegradedStep step, StepMetrics metrics) in again.Zip(recorded))
        {
            Assert.Equal(metrics.EvalAccuracy, step.Summary.Accuracy);
            Assert.Equal(metrics.EvalAccuracy, step.Recorded);
            Assert.Equal(metrics.EvalInterval, [step.Summary.Interval.Lower, step.Summary.Interval.Upper]);
            Assert.Equal((8, 2, 16), (step.Summary.Problems, step.Summary.Samples, metrics.EvalSamples));
        }
        Assert.True(RunEvaluations.Regrade(run, "lenient")[0].Summary.AnswerRate >= again[0].Summary.AnswerRate);

        var card = EvaluationCard.Read(Path.Combine(run, RunFolder.EvaluationCard));
        Assert.Equal((2, 60, 8), (card.Samples, card.MaxResponseTokens, card.Problems));
        Assert.Equal(EvaluationDigest.OfModel(Shipped.Model), card.ModelSha256);
        Assert.NotNull(card.ProblemsSha256);
    }

    [Fact]
    public void A_folder_without_evaluations_holds_none_and_a_damaged_card_is_named()
    {
        Assert.False(RunEvaluations.AreIn(_files.Path));
        string card = _files.Write(RunFolder.EvaluationCard, "{");
        Assert.StartsWith(
            $"{card} is no evaluation card: ",
            Assert.Throws<BadInputException>(() => RunEvaluations.Regrade(_files.Path, null)).Message);
    }
}
