namespace Retrace.Reporting.Plots;

/// <summary>Leaves out points of a long curve that no one would see.</summary>
/// <remarks>
/// Of the points that fall into one column of the plot it keeps the first, the lowest, the highest and the last, with
/// which the line has every pixel that it has with all of them: M4 of Jugel, Jerzak, Hackenbroich and Markl, "M4: A
/// Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10), 2014.
/// </remarks>
internal static class Thinning
{
    private const int PointsOfAColumn = 4;

    /// <summary>Returns some of the points, in order; all of them where they are few.</summary>
    /// <param name="points">In ascending order of X, without gaps.</param>
    /// <param name="columns">Equally wide, from the first point to the last; at least one.</param>
    public static IReadOnlyList<PlotPoint> Thin(IReadOnlyList<PlotPoint> points, int columns)
    {
        if (points.Count <= PointsOfAColumn * columns)
        {
            return points;
        }
        double start = points[0].X;
        double width = (points[^1].X - start) / columns;
        List<PlotPoint> kept = [];
        for (int from = 0, to; from < points.Count; from = to)
        {
            int column = ColumnOf(from);
            int lowest = from;
            int highest = from;
            for (to = from + 1; to < points.Count && ColumnOf(to) == column; to++)
            {
                lowest = points[to].Y < points[lowest].Y ? to : lowest;
                highest = points[to].Y > points[highest].Y ? to : highest;
            }
            SortedSet<int> ofColumn = [from, lowest, highest, to - 1];
            kept.AddRange(ofColumn.Select(index => points[index]));
        }
        return kept;

        int ColumnOf(int index) => Math.Min(columns - 1, (int)((points[index].X - start) / width));
    }
}
