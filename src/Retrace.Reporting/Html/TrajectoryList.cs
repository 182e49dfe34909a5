using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>Trajectories of a run from its beginning to its end, folded.</summary>
internal static class TrajectoryList
{
    private const int TrajectoriesOfAStep = 2;

    /// <summary>The list of a run's trajectories; null where the run stored none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">How many steps they are taken from, at least one.</param>
    public static XElement? Of(ReportedRun run, int steps)
    {
        IReadOnlyList<TrajectorySample> chosen = Choose(run.Run.Trajectories, steps);
        return chosen.Count == 0
            ? null
            : new XElement(
                "div",
                new XElement("h3", Figure.Swatch(run.Look, "line"), run.Name),
                chosen.Select(Entry));
    }

    /// <summary>
    /// Chooses evenly spread steps, with the first and the last, and up to two trajectories of different problems from
    /// each.
    /// </summary>
    /// <remarks>Goes through the file twice and keeps only what it chooses: a run's file can be large.</remarks>
    internal static IReadOnlyList<TrajectorySample> Choose(IEnumerable<TrajectorySample> trajectories, int steps)
    {
        int[] all = [.. trajectories.Select(trajectory => trajectory.Step).Distinct().Order()];
        int count = Math.Min(steps, all.Length);
        Dictionary<int, List<TrajectorySample>> chosen = [];
        for (int i = 0; i < count; i++)
        {
            chosen.Add(all[i * (all.Length - 1) / Math.Max(1, count - 1)], []);
        }
        foreach (TrajectorySample trajectory in trajectories)
        {
            if (chosen.TryGetValue(trajectory.Step, out List<TrajectorySample>? ofStep)
                && ofStep.Count < TrajectoriesOfAStep
                && ofStep.All(other => other.ProblemId != trajectory.ProblemId))
            {
                ofStep.Add(trajectory);
            }
        }
        return [.. chosen.OrderBy(step => step.Key).SelectMany(step => step.Value)];
    }

    private static XElement Entry(TrajectorySample trajectory) => new(
        "details",
        new XElement("summary", TrajectoryView.Summary(trajectory)),
        TrajectoryView.Of(trajectory));
}
