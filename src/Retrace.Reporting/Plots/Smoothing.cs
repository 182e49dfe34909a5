namespace Retrace.Reporting.Plots;

/// <summary>A centred moving average with triangular weights.</summary>
/// <remarks>
/// Being centred, it does not lag behind the values as an exponential average does, so that an early and a late change
/// are seen where they happened.
/// </remarks>
internal static class Smoothing
{
    /// <summary>How many steps the average reaches to either side: 5 % of the run; 0, no smoothing, below 20.</summary>
    public static int HalfWidth(int steps) => steps / 20;

    /// <summary>
    /// At each point the mean of the values at a distance d of at most <paramref name="halfWidth"/>, weighted by
    /// 1 − d / (halfWidth + 1). At the ends and beside gaps the weights that are left are scaled to 1; gaps stay.
    /// </summary>
    /// <param name="curve">In ascending order of X.</param>
    public static IReadOnlyList<PlotPoint> Smooth(IReadOnlyList<PlotPoint> curve, int halfWidth)
    {
        PlotPoint[] smooth = new PlotPoint[curve.Count];
        int start = 0;
        for (int i = 0; i < curve.Count; i++)
        {
            double centre = curve[i].X;
            while (curve[start].X < centre - halfWidth)
            {
                start++;
            }
            smooth[i] = new PlotPoint(centre, curve[i].Y is null ? null : MeanAround(curve, start, centre, halfWidth));
        }
        return smooth;
    }

    private static double MeanAround(IReadOnlyList<PlotPoint> curve, int start, double centre, int halfWidth)
    {
        double sum = 0;
        double weights = 0;
        for (int i = start; i < curve.Count && curve[i].X <= centre + halfWidth; i++)
        {
            if (curve[i].Y is double value)
            {
                double weight = 1 - Math.Abs(curve[i].X - centre) / (halfWidth + 1);
                sum += weight * value;
                weights += weight;
            }
        }
        return sum / weights;
    }
}
