using Retrace.Configuration;
using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>Judges a run anew from its metrics, as the guard would have judged it while it went on.</summary>
internal static class GuardReplay
{
    /// <summary>The steps of training with the verdicts of a guard; step 0, before training, is left out.</summary>
    /// <param name="settings">The guard's memory: patience and baseline. What a run did about a verdict is in its metrics.</param>
    /// <param name="metrics">In the order of the steps.</param>
    public static IEnumerable<StepMetrics> Of(GuardSettings settings, IEnumerable<StepMetrics> metrics)
    {
        RunGuard guard = new(settings, known: null);
        foreach (StepMetrics step in metrics.Where(step => step.Step > 0))
        {
            yield return guard.Judge(step);
            if (step.GuardReturnedTo is int earlier)
            {
                guard.Return(earlier);
            }
        }
    }
}
