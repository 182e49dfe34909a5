using Retrace.Reporting.Plots;

namespace Retrace.Reporting.Html;

/// <summary>One line of a figure, with its name and style.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Look">The classes of its colour and dash.</param>
/// <param name="Points">In ascending order of X.</param>
internal sealed record NamedLine(string Name, string Look, IReadOnlyList<PlotPoint> Points);
