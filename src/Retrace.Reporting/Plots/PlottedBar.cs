namespace Retrace.Reporting.Plots;

/// <summary>A filled rectangle in a plot's coordinates.</summary>
/// <param name="From">Its left edge.</param>
/// <param name="Width">Its width.</param>
/// <param name="Lower">Its lower edge.</param>
/// <param name="Upper">Its upper edge.</param>
internal readonly record struct PlottedBar(double From, double Width, double Lower, double Upper);
