namespace Retrace.Reporting.Html;

/// <summary>An entry of a plot's legend.</summary>
/// <param name="Look">The classes of its colour and dash.</param>
/// <param name="Stroke">The class of its kind of line.</param>
/// <param name="Name">The name of the run or group that the line belongs to.</param>
/// <param name="Value">Where it ends, with its unit.</param>
internal sealed record LegendEntry(string Look, string Stroke, string Name, string Value);
