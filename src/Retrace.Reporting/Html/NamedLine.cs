using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>A line of a figure.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Look">The classes of its colour and dash.</param>
/// <param name="Points">In ascending order of X.</param>
internal sealed record NamedLine(string Name, string Look, IReadOnlyList<PlotPoint> Points);
