using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>What an evaluation samples: all problems as they are, then all of them under each perturbation.</summary>
/// <param name="Problems">Usable and labeled, at least one.</param>
/// <param name="Perturbations">May be empty.</param>
public sealed record EvaluationPlan(
    IReadOnlyList<Problem> Problems, IReadOnlyList<PerturbationChoice> Perturbations)
{
    /// <summary>The batches, in the order in which they are sampled.</summary>
    public IReadOnlyList<EvaluationBatch> Batches { get; } =
    [
        .. from perturbation in Perturbations.Prepend<PerturbationChoice?>(null)
           from chunk in Problems.Index().Chunk(Evaluator.ProblemsAtOnce)
           select new EvaluationBatch(perturbation, chunk[0].Index, [.. chunk.Select(pair => pair.Item)]),
    ];
}

/// <summary>Problems that are sampled together.</summary>
/// <param name="Perturbation">The perturbation of their images; null: they are shown as they are.</param>
/// <param name="First">The place of the first problem among all of the evaluation.</param>
/// <param name="Problems">The problems, consecutive in the evaluation.</param>
public sealed record EvaluationBatch(PerturbationChoice? Perturbation, int First, IReadOnlyList<Problem> Problems);
