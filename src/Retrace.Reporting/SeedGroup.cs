namespace Retrace.Reporting;

/// <summary>Runs that differ in their seeds alone, which share a colour and have a mean.</summary>
internal sealed record SeedGroup(int Colour, IReadOnlyList<ReportedRun> Runs)
{
    /// <summary>The classes that give a shape this group's look.</summary>
    public string Look => $"c{Colour} d0";

    public string Name => $"{Runs[0].Method}, mean of {Runs.Count} seeds";
}
