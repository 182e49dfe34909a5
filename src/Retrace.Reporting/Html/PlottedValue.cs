namespace Retrace.Reporting.Html;

/// <summary>One value that a figure shows, as its data table lists it.</summary>
/// <param name="Line">The name of the line that it lies on.</param>
/// <param name="Kind">The kind of the line: measured, smoothed, mean, …</param>
/// <param name="X">The place on the horizontal axis.</param>
/// <param name="Value">Null where nothing was measured.</param>
/// <param name="Lower">The lower end of its interval or band, where it has one.</param>
/// <param name="Upper">The upper end, likewise.</param>
internal readonly record struct PlottedValue(
    string Line, string Kind, double X, double? Value, double? Lower = null, double? Upper = null);
