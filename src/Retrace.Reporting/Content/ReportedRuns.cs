using Retrace.Runs;

namespace Retrace.Reporting.Content;

/// <summary>The runs that a page reports, and how they group by seed.</summary>
/// <param name="Runs">In the order in which they were given.</param>
/// <param name="Groups">Those among them that differ in their seeds alone, two or more together.</param>
internal sealed record ReportedRuns(IReadOnlyList<ReportedRun> Runs, IReadOnlyList<SeedGroup> Groups)
{
    /// <summary>How many colours, and how many dash patterns, the style sheet has.</summary>
    private const int Colours = 6;
    private const int Dashes = 4;

    private const string SeedKey = "seed:";

    /// <summary>The last step that any of them has taken.</summary>
    public int LastStep => Runs.SelectMany(run => run.Run.Metrics).Select(step => step.Step).DefaultIfEmpty(0).Max();

    /// <summary>The first step that any of them has a line for.</summary>
    public int FirstStep => Runs.SelectMany(run => run.Run.Metrics).Select(step => step.Step).DefaultIfEmpty(0).Min();

    public static ReportedRuns Of(IReadOnlyList<RunRecord> runs)
    {
        IReadOnlyList<string> names = DistinctNames(runs);
        ReportedRun[] reported = new ReportedRun[runs.Count];
        List<SeedGroup> groups = [];
        int look = 0;
        foreach (IReadOnlyList<int> alike in SeedsTogether(runs))
        {
            int colour = look % Colours;
            for (int i = 0; i < alike.Count; i++)
            {
                int index = alike[i];
                int dash = (alike.Count == 1 ? look / Colours : i) % Dashes;
                reported[index] = new ReportedRun(runs[index], names[index], colour, dash, alike.Count > 1);
            }
            if (alike.Count > 1)
            {
                groups.Add(new SeedGroup(colour, look / Colours % Dashes, [.. alike.Select(index => reported[index])]));
            }
            look++;
        }
        return new ReportedRuns(reported, groups);
    }

    // Indices of runs, together where they are of one variant, or method and configuration are the same, and all seeds
    // are different.
    private static IEnumerable<IReadOnlyList<int>> SeedsTogether(IReadOnlyList<RunRecord> runs)
    {
        IEnumerable<IGrouping<string, int>> alike = Enumerable.Range(0, runs.Count).GroupBy(
            index => runs[index].Metrics is [StepMetrics first, ..]
                ? runs[index].Variant ?? $"{first.Method}\n{WithoutSeed(runs[index].ConfigText)}"
                : $"no steps\n{index}");
        foreach (IGrouping<string, int> group in alike)
        {
            int[] indices = [.. group];
            bool hasDistinctSeeds = indices.Length == 1
                || indices.Select(index => runs[index].Metrics[0].Seed).Distinct().Count() == indices.Length;
            if (hasDistinctSeeds)
            {
                yield return indices;
                continue;
            }
            foreach (int index in indices)
            {
                yield return [index];
            }
        }
    }

    private static string WithoutSeed(string config) => string.Join(
        '\n', config.Split('\n').Where(line => !line.StartsWith(SeedKey, StringComparison.Ordinal)));

    private static IReadOnlyList<string> DistinctNames(IReadOnlyList<RunRecord> runs)
    {
        HashSet<string> taken = [];
        List<string> names = [];
        foreach (RunRecord run in runs)
        {
            string name = run.Name;
            for (int number = 2; !taken.Add(name); number++)
            {
                name = $"{run.Name} ({number})";
            }
            names.Add(name);
        }
        return names;
    }
}
