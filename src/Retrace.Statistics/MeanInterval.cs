using MathNet.Numerics.Distributions;

namespace Retrace.Statistics;

/// <summary>The mean of a few independent measurements, such as several seeds', with its 95 % interval.</summary>
/// <remarks>
/// Student (1908): mean ± t · s / √n, with s the sample standard deviation and t the 0.975 quantile with n − 1 degrees
/// of freedom. It takes the measurements to be normal, which accuracies over hundreds of problems nearly are.
/// </remarks>
/// <param name="Mean">The mean of the measurements.</param>
/// <param name="HalfWidth">Null where there is but one measurement, which tells nothing of its spread.</param>
public readonly record struct MeanInterval(double Mean, double? HalfWidth)
{
    private const double Probability = 0.975;

    /// <summary>The lower end of the 95 % interval.</summary>
    public double? Lower => Mean - HalfWidth;

    /// <summary>The upper end of the 95 % interval.</summary>
    public double? Upper => Mean + HalfWidth;

    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static MeanInterval Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("A mean needs at least one number.");
        }
        double mean = values.Average();
        if (values.Count == 1)
        {
            return new MeanInterval(mean, null);
        }
        int freedom = values.Count - 1;
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / freedom);
        double quantile = StudentT.InvCDF(location: 0, scale: 1, freedom, Probability);
        return new MeanInterval(mean, quantile * deviation / Math.Sqrt(values.Count));
    }
}
