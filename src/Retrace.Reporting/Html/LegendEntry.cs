namespace Retrace.Reporting.Html;

/// <summary>What a line of a plot stands for.</summary>
/// <param name="Look">The classes of its colour and dash.</param>
/// <param name="Stroke">The class of its kind of line.</param>
/// <param name="Name">Whose line it is.</param>
/// <param name="Value">Where it ends, with its unit.</param>
internal sealed record LegendEntry(string Look, string Stroke, string Name, string Value);
