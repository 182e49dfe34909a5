using Retrace.Perturbations;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>The problems of an evaluation again, with their images perturbed.</summary>
/// <param name="Perturbation">How the images were perturbed.</param>
/// <param name="Problems">In the file's order.</param>
/// <param name="Difference">The difference from the evaluation with the images as they are.</param>
public sealed record PerturbedEvaluation(
    PerturbationChoice Perturbation, IReadOnlyList<GradedProblem> Problems, EvaluationDifference Difference)
{
    /// <param name="perturbation">How images were perturbed.</param>
    /// <param name="problems">The graded problems with perturbed images.</param>
    /// <param name="clean">The same problems with their images as they are.</param>
    public static PerturbedEvaluation Of(
        PerturbationChoice perturbation, IReadOnlyList<GradedProblem> problems, IReadOnlyList<GradedProblem> clean) =>
        new(
            perturbation,
            problems,
            EvaluationDifference.Of(
                [.. clean.Select(problem => problem.Right)], [.. problems.Select(problem => problem.Right)]));

    /// <summary>Accuracy and other measures over all perturbed problems.</summary>
    public EvaluationSummary Summary { get; } = EvaluationSummary.Of(Problems);
}
