namespace Retrace.Reporting.Plots;

/// <summary>A point of a curve; null where nothing was measured, which makes a gap.</summary>
internal readonly record struct PlotPoint(double X, double? Y);
