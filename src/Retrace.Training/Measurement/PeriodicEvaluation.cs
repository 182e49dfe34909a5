using System.Text.Json;
using Retrace.Answers;
using Retrace.Runs;
using Retrace.Statistics;
using Retrace.Training.DataParallel;
using Retrace.Training.Prompts;

namespace Retrace.Training.Measurement;

/// <summary>An evaluation at some step.</summary>
/// <param name="Samples">All responses, in the order of the problems.</param>
internal sealed record EvaluationPoint(IReadOnlyList<EvaluationSample> Samples)
{
    /// <summary>Share of responses that are right.</summary>
    public double Accuracy => Samples.Count(sample => sample.Right) / (double)Samples.Count;

    /// <summary>The 95 % interval of the accuracy.</summary>
    public WilsonInterval Interval => WilsonInterval.Of(Accuracy, Samples.Count(sample => sample.Sample == 0));
}

/// <summary>Evaluates during a run, on the same problems with the same random numbers each time.</summary>
/// <param name="evaluator">Samples and grades responses.</param>
/// <param name="data">The labeled problems to measure on.</param>
/// <param name="card">How the evaluations are made, without digests.</param>
/// <param name="processes">The processes, which divide the problems among them.</param>
internal sealed class PeriodicEvaluation(
    Evaluator evaluator, UsableProblems data, EvaluationCard card, IProcessGroup processes)
{
    /// <summary>
    /// Describes how the evaluations are made: the model is the run's at each step, which began with this one.
    /// </summary>
    /// <exception cref="BadInputException">A file cannot be read.</exception>
    public EvaluationCard Describe() => card with
    {
        ModelSha256 = EvaluationDigest.OfModel(card.Model),
        ProblemsSha256 = EvaluationDigest.OfProblems(data.Problems, AnswerKey.Of(data.Labels)),
    };

    /// <param name="step">The steps taken.</param>
    /// <exception cref="OperationCanceledException">The evaluation was interrupted.</exception>
    public EvaluationPoint Measure(int step, CancellationToken cancellation)
    {
        IReadOnlyList<GradedProblem> graded = processes.RunOnAll(() => evaluator.Evaluate(
            data.Problems, AnswerKey.Of(data.Labels), cancellation, share: processes.ShareOf(data.Problems.Count)));
        EvaluationSample[] own = [.. graded.SelectMany(problem => SamplesOf(step, problem))];
        return new EvaluationPoint(processes.Size == 1
            ? own
            : [.. processes.GatherAll(JsonSerializer.SerializeToUtf8Bytes(own))
                .SelectMany(message => JsonSerializer.Deserialize<EvaluationSample[]>(message)!)]);
    }

    private static IEnumerable<EvaluationSample> SamplesOf(int step, GradedProblem problem) =>
        problem.Responses.Select((response, i) => new EvaluationSample
        {
            Step = step,
            ProblemId = problem.Id,
            Sample = i,
            Category = problem.Category,
            Gold = problem.Gold,
            Response = response.Text,
            Answer = problem.Answers[i],
            Right = problem.Right[i],
            Tokens = response.Tokens,
            Finish = response.Stopped ? EvaluationSample.Stop : EvaluationSample.Length,
        });
}
