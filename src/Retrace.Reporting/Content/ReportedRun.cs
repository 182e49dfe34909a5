using Retrace.Runs;

namespace Retrace.Reporting.Content;

/// <summary>A run with the name and the look that it has everywhere on the page.</summary>
/// <param name="Run">The run.</param>
/// <param name="Name">Its folder's name, numbered where several have the same.</param>
/// <param name="Colour">Which colour of the style sheet.</param>
/// <param name="Dash">Which dash pattern of the style sheet; 0 is a solid line.</param>
/// <param name="IsOneOfSeeds">Whether a <see cref="SeedGroup"/> holds it.</param>
internal sealed record ReportedRun(RunRecord Run, string Name, int Colour, int Dash, bool IsOneOfSeeds)
{
    /// <summary>The classes that give a shape this run's look.</summary>
    public string Look => $"c{Colour} d{Dash}";

    public string? Method => Run.Metrics is [StepMetrics first, ..] ? first.Method : null;

    public long? Seed => Run.Metrics is [StepMetrics first, ..] ? first.Seed : null;

    /// <summary>The lines of training steps: all but step 0.</summary>
    public IEnumerable<StepMetrics> Steps => Run.Metrics.Where(step => step.Step > 0);
}
