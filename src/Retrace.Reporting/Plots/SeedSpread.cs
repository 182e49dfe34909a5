namespace Retrace.Reporting.Plots;

/// <summary>Mean and sample standard deviation over seeds, at one step.</summary>
internal readonly record struct SeedSpread(double X, double? Mean, double Deviation)
{
    /// <summary>
    /// The spread over curves that have a value at the same X. Where one of them has none there is a gap: a mean over
    /// changing seeds would jump for no reason.
    /// </summary>
    /// <param name="curves">At least two.</param>
    public static IReadOnlyList<SeedSpread> Over(IReadOnlyList<IReadOnlyList<PlotPoint>> curves)
    {
        ILookup<double, double> values = curves
            .SelectMany(curve => curve)
            .Where(point => point.Y is not null)
            .ToLookup(point => point.X, point => point.Y!.Value);
        return [.. curves[0].Select(point => At(point.X, [.. values[point.X]], curves.Count))];
    }

    private static SeedSpread At(double x, double[] values, int seeds)
    {
        if (values.Length != seeds)
        {
            return new SeedSpread(x, null, 0);
        }
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return new SeedSpread(x, mean, Math.Sqrt(squares / (seeds - 1)));
    }
}
