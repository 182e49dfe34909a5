using Retrace.Answers;
using Retrace.Training.DataParallel;
using Retrace.Training.Prompts;

namespace Retrace.Training.Measurement;

/// <summary>Accuracy on the evaluation set at some step.</summary>
/// <param name="Accuracy">Share of responses that are right.</param>
/// <param name="Samples">Number of responses.</param>
internal sealed record EvaluationPoint(double Accuracy, int Samples);

/// <summary>Evaluates during a run, on the same problems with the same random numbers each time.</summary>
/// <param name="evaluator">Samples and grades responses.</param>
/// <param name="data">The labeled problems to measure on.</param>
/// <param name="processes">The processes, which divide the problems among them.</param>
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
