using Retrace.Answers;
using Retrace.Training.DataParallel;
using Retrace.Training.Prompts;

namespace Retrace.Training.Measurement;

/// <summary>Accuracy on the evaluation set at some step.</summary>
/// <param name="Accuracy">Share of right responses.</param>
/// <param name="Samples">Responses.</param>
internal sealed record EvaluationPoint(double Accuracy, int Samples);

/// <summary>The evaluation during a run: the same problems and random numbers each time.</summary>
/// <param name="evaluator">Responds and grades.</param>
/// <param name="data">Labeled problems.</param>
/// <param name="processes">Each takes its share of the problems.</param>
internal sealed class PeriodicEvaluation(Evaluator evaluator, UsableProblems data, IProcessGroup processes)
{
    public EvaluationPoint Measure(CancellationToken cancellation)
    {
        IReadOnlyList<GradedProblem> graded = processes.RunOnAll(() => evaluator.Evaluate(
            data.Problems, AnswerKey.Of(data.Labels), cancellation, share: processes.ShareOf(data.Problems.Count)));
        double[] sums = processes.Sum(
            graded.Sum(problem => problem.RightCount), graded.Sum(problem => problem.Classes.Count));
        return new EvaluationPoint(sums[0] / sums[1], (int)sums[1]);
    }
}
