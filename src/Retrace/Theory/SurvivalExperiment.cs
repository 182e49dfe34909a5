namespace Retrace.Theory;

/// <summary>
/// What learning comes to, by rule and by survival gap: the tabular experiment over all of them, with several seeds.
/// </summary>
public static class SurvivalExperiment
{
    /// <summary>One result for each gap and rule, gap by gap.</summary>
    /// <param name="setting">Sizes and constants.</param>
    /// <param name="rules">The columns of the table.</param>
    /// <param name="gaps">Its rows.</param>
    /// <param name="seed">The first of the seeds.</param>
    /// <param name="seeds">How many there are, at least 1.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <exception cref="BadInputException">A number is out of range.</exception>
    public static IReadOnlyList<SurvivalResult> Run(
        TabularSetting setting,
        IReadOnlyList<LearningRule> rules,
        IReadOnlyList<double> gaps,
        long seed,
        int seeds,
        CancellationToken cancellation)
    {
        setting.Check();
        Require.That(seeds >= 1, $"There are {seeds} seeds; give at least 1.");
        foreach (double gap in gaps)
        {
            setting.Reinference(gap); // Complains before the work begins.
        }
        (double Gap, LearningRule Rule)[] cells = [.. gaps.SelectMany(_ => rules, (gap, rule) => (gap, rule))];
        IReadOnlyList<LearningPoint>[][] curves = Array.ConvertAll(cells, _ => new IReadOnlyList<LearningPoint>[seeds]);
        ParallelOptions options = new() { CancellationToken = cancellation };
        Parallel.For(0, cells.Length * seeds, options, run =>
        {
            (int cell, int s) = Math.DivRem(run, seeds);
            curves[cell][s] = TabularLearner.Run(setting, cells[cell].Rule, cells[cell].Gap, seed + s);
        });
        return [.. cells.Zip(curves, (cell, ofSeeds) => new SurvivalResult(cell.Gap, cell.Rule.Name, ofSeeds))];
    }
}
