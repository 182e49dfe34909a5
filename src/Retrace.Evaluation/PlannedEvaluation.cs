using Retrace.Answers;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>An evaluation of several views of the problems, which resumes where an earlier one ended.</summary>
/// <param name="evaluator">Samples and grades the responses.</param>
/// <param name="plan">The problems and perturbations.</param>
public sealed class PlannedEvaluation(Evaluator evaluator, EvaluationPlan plan)
{
    /// <summary>Samples and grades responses to all batches of the plan.</summary>
    /// <param name="keys">What is right, by problem id, for every problem.</param>
    /// <param name="log">Holds what was sampled before and takes what is sampled now; null: nothing is kept.</param>
    /// <param name="onProblems">Called with how many problems have been done, each view of one counted.</param>
    /// <returns>[views][problems], in the plan's order.</returns>
    /// <exception cref="OperationCanceledException">
    /// The operation was cancelled; the log holds what was sampled.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<GradedProblem>> Run(
        IReadOnlyDictionary<string, AnswerKey> keys,
        SampleLog? log,
        CancellationToken cancellation,
        Action<int>? onProblems = null)
    {
        List<GradedProblem> graded = [];
        foreach ((int place, EvaluationBatch batch) in plan.Batches.Index())
        {
            bool isSampled = place < (log?.Sampled.Count ?? 0);
            SampledResponse[][] responses = isSampled
                ? log!.Sampled[place]
                : evaluator.Sample(batch.Problems, batch.First, batch.Perturbation, cancellation);
            GradedProblem[] ofBatch =
            [
                .. batch.Problems.Zip(responses, (problem, sampled) =>
                    evaluator.Grade(problem, keys[problem.Id], sampled)),
            ];
            if (!isSampled)
            {
                log?.Append(batch.Perturbation, ofBatch);
            }
            graded.AddRange(ofBatch);
            onProblems?.Invoke(graded.Count);
        }
        return [.. graded.Chunk(plan.Problems.Count)];
    }
}
