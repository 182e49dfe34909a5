namespace Retrace.Runs;

/// <summary>
/// Which hints are worth telling: those that several steps on end have given, as one step may be an exception.
/// </summary>
public static class PersistentHints
{
    /// <summary>How many steps on end have to give a hint.</summary>
    internal const int Steps = 3;

    /// <summary>The hints of the last of these steps whose settings were in those of the steps before it, too.</summary>
    /// <param name="steps">The metrics of a run, in order.</param>
    public static IReadOnlyList<CostHint> Of(IReadOnlyList<StepMetrics> steps) => steps.Count < Steps
        ? []
        :
        [
            // A file may hold hints without words.
            .. (steps[^1].CostHints ?? []).Where(hint => hint is { Setting: not null, Sentence: not null }
                && steps.Skip(steps.Count - Steps)
                    .All(step => step.CostHints?.Any(one => one?.Setting == hint.Setting) == true)),
        ];
}
