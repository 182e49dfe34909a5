using Retrace.Runs;

namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>When the guard alarmed in a run, at one level: a verdict that is at least so bad.</summary>
/// <param name="Step">
/// The first step of the alarm that tells of the fall: the first one that goes on or begins after the best evaluation. Null
/// where nothing falls, or no alarm tells of it.
/// </param>
/// <param name="Lead">
/// How many steps that was before the evaluation that shows the fall; below 0 where it was after it. Null as the step.
/// </param>
/// <param name="FalseAlarms">
/// Alarms of which nothing came: all of them in a run that does not fall, and those that were over when it was at its best
/// in one that does.
/// </param>
public sealed record AlarmTimes(int? Step, int? Lead, int FalseAlarms)
{
    /// <param name="judged">The steps with the guard's verdicts, in their order.</param>
    /// <param name="level">The verdict from which on it counts as an alarm.</param>
    /// <param name="fall">The run's fall; null: there is none.</param>
    internal static AlarmTimes Of(IReadOnlyList<StepMetrics> judged, GuardVerdict level, AccuracyFall? fall)
    {
        IReadOnlyList<(int First, int Last)> alarms = AlarmsOf(judged, level);
        if (fall is null)
        {
            return new AlarmTimes(null, null, alarms.Count);
        }
        int over = alarms.Count(alarm => alarm.Last <= fall.BestStep);
        return over == alarms.Count
            ? new AlarmTimes(null, null, over)
            : new AlarmTimes(alarms[over].First, fall.Step - alarms[over].First, over);
    }

    // Steps in a row with such a verdict are one alarm.
    private static List<(int First, int Last)> AlarmsOf(IReadOnlyList<StepMetrics> judged, GuardVerdict level)
    {
        List<(int First, int Last)> alarms = [];
        bool isOn = false;
        foreach (StepMetrics step in judged)
        {
            bool isAlarm = step.GuardVerdict >= level;
            if (isAlarm && isOn)
            {
                alarms[^1] = (alarms[^1].First, step.Step);
            }
            else if (isAlarm)
            {
                alarms.Add((step.Step, step.Step));
            }
            isOn = isAlarm;
        }
        return alarms;
    }
}
