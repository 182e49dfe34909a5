using Retrace.Runs;

namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>An evaluation of a run.</summary>
/// <param name="Step">The step after which it was made; 0 is before training.</param>
/// <param name="Accuracy">The share of right answers.</param>
public readonly record struct EvaluatedStep(int Step, double Accuracy)
{
    /// <summary>The evaluations among a run's metrics.</summary>
    public static IReadOnlyList<EvaluatedStep> Of(IEnumerable<StepMetrics> metrics) =>
    [
        .. metrics.Where(step => step.EvalAccuracy is not null)
            .Select(step => new EvaluatedStep(step.Step, step.EvalAccuracy!.Value)),
    ];
}
