namespace Retrace.Reporting.Plots;

/// <summary>A marked value of an axis, with its label.</summary>
internal readonly record struct Tick(double Value, string Label);
