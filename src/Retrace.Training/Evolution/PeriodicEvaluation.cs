using Retrace.Training.Evaluation;

namespace Retrace.Training.Evolution;

/// <summary>Accuracy on the evaluation set at some step.</summary>
/// <param name="Accuracy">Share of right responses.</param>
/// <param name="Samples">Responses.</param>
internal sealed record EvaluationPoint(double Accuracy, int Samples);

/// <summary>The evaluation during a run: the same problems and random numbers each time.</summary>
internal sealed class PeriodicEvaluation(Evaluator evaluator, UsableProblems data)
{
    public EvaluationPoint Measure(CancellationToken cancellation)
    {
        IReadOnlyList<GradedProblem> graded = evaluator.Evaluate(data.Problems, AnswerKey.Of(data.Labels), cancellation);
        int samples = graded.Sum(problem => problem.Classes.Count);
        return new EvaluationPoint((double)graded.Sum(problem => problem.RightCount) / samples, samples);
    }
}
