using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Guarding;

namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>What happened in a run, and when the guard said so.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Method">Its method.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Steps">How many steps of training were judged.</param>
/// <param name="Evaluations">How many evaluations say whether it falls; two or more.</param>
/// <param name="Fall">Its first fall; null where it does not fall.</param>
/// <param name="Drifting">When the verdict was drifting or worse.</param>
/// <param name="Collapsing">When it was collapsing.</param>
public sealed record GuardedRun(
    string Run,
    string Method,
    long Seed,
    int Steps,
    int Evaluations,
    AccuracyFall? Fall,
    AlarmTimes Drifting,
    AlarmTimes Collapsing)
{
    /// <summary>Steps in which an alarm would be false: all, or those up to the best evaluation before the fall.</summary>
    public int SoundSteps => Fall?.BestStep ?? Steps;

    /// <param name="run">A run with evaluations.</param>
    /// <param name="settings">The guard that judges it anew, whatever its own was.</param>
    /// <param name="fall">The least fall of accuracy, as a share of right answers.</param>
    /// <exception cref="BadInputException">It has too few evaluations to say whether it falls.</exception>
    public static GuardedRun Of(RunRecord run, GuardSettings settings, double fall)
    {
        IReadOnlyList<EvaluatedStep> evaluations = EvaluatedStep.Of(run.Metrics);
        StepMetrics[] judged = [.. GuardReplay.Of(settings, run.Metrics)];
        if (evaluations.Count < 2 || judged.Length == 0)
        {
            throw new BadInputException(
                $"The run {run.Name} has {judged.Length} steps and {evaluations.Count} evaluations; whether its accuracy falls "
                + "is read off two or more of them, which evaluation.data and evaluation.every decide.");
        }
        var fallen = AccuracyFall.First(evaluations, fall);
        return new GuardedRun(
            run.Name,
            judged[0].Method,
            judged[0].Seed,
            judged.Length,
            evaluations.Count,
            fallen,
            AlarmTimes.Of(judged, GuardVerdict.Drifting, fallen),
            AlarmTimes.Of(judged, GuardVerdict.Collapsing, fallen));
    }
}
