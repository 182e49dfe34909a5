using Retrace.Configuration;
using Retrace.Runs;

namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>
/// How early a guard sees the accuracy of runs fall, and how often it alarms for nothing: finished runs are judged anew from
/// their metrics, and their evaluations, which the guard does not see, say what happened.
/// </summary>
/// <param name="Fall">The least fall of accuracy that counts, as a share of right answers.</param>
/// <param name="Patience">The guard's patience, in steps.</param>
/// <param name="Baseline">The steps that it takes for the start.</param>
/// <param name="Runs">The runs, in the order in which they were given.</param>
public sealed record GuardCalibration(double Fall, int Patience, int Baseline, IReadOnlyList<GuardedRun> Runs)
{
    /// <summary>How good alarms are where drifting counts as one, as collapsing does.</summary>
    public AlarmQuality Drifting => AlarmQuality.Of(Runs, run => run.Drifting);

    /// <summary>How good alarms are where collapsing alone counts as one.</summary>
    public AlarmQuality Collapsing => AlarmQuality.Of(Runs, run => run.Collapsing);

    /// <param name="runs">At least one, each with two evaluations or more.</param>
    /// <param name="settings">The guard.</param>
    /// <param name="fall">The least fall, above 0 and at most 1: 0.05 is five points.</param>
    /// <exception cref="BadInputException">The fall is out of range, or a run has too few evaluations.</exception>
    public static GuardCalibration Of(IReadOnlyList<RunRecord> runs, GuardSettings settings, double fall) =>
        fall is > 0 and <= 1
            ? new GuardCalibration(
                fall, settings.Patience, settings.Baseline, [.. runs.Select(run => GuardedRun.Of(run, settings, fall))])
            : throw new BadInputException($"A fall of {100 * fall} points cannot be seen; give more than 0 and at most 100.");
}
