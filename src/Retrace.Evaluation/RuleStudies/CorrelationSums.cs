namespace Retrace.Evaluation.RuleStudies;

/// <summary>Pearson's correlation of pairs that arrive bit by bit.</summary>
internal sealed class CorrelationSums
{
    private long _count;
    private double _meanX;
    private double _meanY;
    private double _xx;
    private double _yy;
    private double _xy;

    /// <summary>Null while one of the two has no spread.</summary>
    public double? Correlation => _xx > 0 && _yy > 0 ? _xy / Math.Sqrt(_xx * _yy) : null;

    // Welford's updates, which do not lose small deviations beside large means.
    public void Add(IReadOnlyList<double> xs, IReadOnlyList<double> ys)
    {
        for (int i = 0; i < xs.Count; i++)
        {
            _count++;
            double dx = xs[i] - _meanX;
            double dy = ys[i] - _meanY;
            _meanX += dx / _count;
            _meanY += dy / _count;
            _xx += dx * (xs[i] - _meanX);
            _yy += dy * (ys[i] - _meanY);
            _xy += dx * (ys[i] - _meanY);
        }
    }
}
