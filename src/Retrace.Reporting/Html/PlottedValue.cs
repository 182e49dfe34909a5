namespace Retrace.Reporting.Html;

/// <summary>A value that a figure shows.</summary>
/// <param name="Line">Whose line it lies on.</param>
/// <param name="Kind">Which of its lines: measured, smoothed, mean, …</param>
/// <param name="X">Where on the horizontal axis.</param>
/// <param name="Value">Null where nothing was measured.</param>
/// <param name="Lower">The lower end of its interval or band, where it has one.</param>
/// <param name="Upper">The upper end.</param>
internal readonly record struct PlottedValue(
    string Line, string Kind, double X, double? Value, double? Lower = null, double? Upper = null);
