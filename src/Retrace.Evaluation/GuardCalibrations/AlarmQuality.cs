using Retrace.Statistics;

namespace Retrace.Evaluation.GuardCalibrations;

/// <summary>Lead times and false alarms of the guard at one level, over several runs.</summary>
/// <param name="Fallen">Runs whose accuracy falls.</param>
/// <param name="Before">Those of them with an alarm no later than the evaluation that shows the fall.</param>
/// <param name="After">Those with one after it.</param>
/// <param name="Leads">
/// Steps from the alarm to that evaluation, of all fallen runs with an alarm, ascending; below 0 where it came after.
/// </param>
/// <param name="Sound">Runs whose accuracy does not fall.</param>
/// <param name="AlarmedSound">Those of them with an alarm.</param>
/// <param name="FalseAlarms">False alarms, in all runs.</param>
/// <param name="SoundSteps">Steps in which an alarm would be false.</param>
public sealed record AlarmQuality(
    int Fallen, int Before, int After, IReadOnlyList<int> Leads, int Sound, int AlarmedSound, int FalseAlarms, int SoundSteps)
{
    /// <summary>Fallen runs without an alarm.</summary>
    public int Missed => Fallen - Before - After;

    /// <summary>The lead that half of the alarms of falls have at least; null where there are none.</summary>
    public double? MedianLead => Leads.Count == 0
        ? null
        : (Leads[(Leads.Count - 1) / 2] + Leads[Leads.Count / 2]) / 2.0;

    /// <summary>False alarms in a hundred steps; null where there were no such steps.</summary>
    public double? FalseAlarmsPerHundredSteps => SoundSteps == 0 ? null : 100.0 * FalseAlarms / SoundSteps;

    /// <summary>
    /// The 95 % interval of the share of sound runs with an alarm, the runs being independent; null where there are none.
    /// </summary>
    public WilsonInterval? AlarmedSoundInterval =>
        Sound == 0 ? null : WilsonInterval.Of((double)AlarmedSound / Sound, Sound);

    /// <param name="runs">The runs.</param>
    /// <param name="alarms">The alarms of a run at the level.</param>
    internal static AlarmQuality Of(IReadOnlyList<GuardedRun> runs, Func<GuardedRun, AlarmTimes> alarms)
    {
        int[] leads = [.. runs.Select(run => alarms(run).Lead).OfType<int>().Order()];
        return new AlarmQuality(
            runs.Count(run => run.Fall is not null),
            leads.Count(lead => lead >= 0),
            leads.Count(lead => lead < 0),
            leads,
            runs.Count(run => run.Fall is null),
            runs.Count(run => run.Fall is null && alarms(run).FalseAlarms > 0),
            runs.Sum(run => alarms(run).FalseAlarms),
            runs.Sum(run => run.SoundSteps));
    }
}
