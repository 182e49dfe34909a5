namespace Retrace.Reporting.Content;

/// <summary>Runs that differ in their seeds alone, which share a colour and have a mean.</summary>
/// <param name="Colour">Which colour of the style sheet.</param>
/// <param name="Dash">Which dash pattern of the style sheet the mean has.</param>
/// <param name="Runs">Two or more.</param>
internal sealed record SeedGroup(int Colour, int Dash, IReadOnlyList<ReportedRun> Runs)
{
    /// <summary>The classes that give a shape this group's look.</summary>
    public string Look => $"c{Colour} d{Dash}";

    public string Name => $"{Runs[0].Run.Variant ?? Runs[0].Method}, mean of {Runs.Count} seeds";
}
