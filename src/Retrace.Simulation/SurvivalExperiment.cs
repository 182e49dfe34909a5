namespace Retrace.Simulation;

/// <summary>
/// The results of learning, by rule and by survival gap: the tabular experiment over all of them, with several seeds.
/// </summary>
public static class SurvivalExperiment
{
    /// <summary>One result for each gap and rule, gap by gap.</summary>
    /// <param name="setting">Sizes and constants.</param>
    /// <param name="rules">The columns of the table.</param>
    /// <param name="gaps">The rows of the table.</param>
    /// <param name="seed">The first of the seeds.</param>
    /// <param name="seeds">The number of seeds, at least 1.</param>
    /// <param name="cancellation">Ends the experiment between two runs.</param>
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
        (LearningRule Rule, double Gap)[] cells = [.. gaps.SelectMany(_ => rules, (gap, rule) => (rule, gap))];
        (LearningRule Rule, double Gap)[] learned = [.. cells.Select(Learned).Distinct()];
        var curves = Array.ConvertAll(learned, _ => new IReadOnlyList<LearningPoint>[seeds]);
        ParallelOptions options = new() { CancellationToken = cancellation };
        Parallel.For(0, learned.Length * seeds, options, run =>
        {
            (int cell, int s) = Math.DivRem(run, seeds);
            curves[cell][s] = TabularLearner.Run(setting, learned[cell].Rule, learned[cell].Gap, seed + s);
        });
        return
        [
            .. cells.Select(cell => new SurvivalResult(
                cell.Gap, cell.Rule.Name, curves[Array.IndexOf(learned, Learned(cell))])),
        ];

        // A rule that does not retrace learns the same at every gap.
        (LearningRule Rule, double Gap) Learned((LearningRule Rule, double Gap) cell) =>
            cell.Rule.Retraces ? cell : (cell.Rule, gaps[0]);
    }
}
