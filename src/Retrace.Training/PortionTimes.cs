namespace Retrace.Training;

/// <summary>
/// Fits time = fixed + slope · size (least squares) to portions of work of different size. The result is the fixed part as
/// a share of the mean time.
/// </summary>
/// <remarks>Where that share is high, larger portions cost little more, and fewer of them are needed.</remarks>
internal sealed class PortionTimes
{
    private const int FewestPortions = 8;
    private const double LeastRange = 2; // Of the largest to the smallest: through portions alike no line is certain.

    private double _size;
    private double _seconds;
    private double _squaredSize;
    private double _sizeTimesSeconds;
    private double _smallest = double.PositiveInfinity;
    private double _largest;

    /// <summary>Number of portions.</summary>
    public int Count { get; private set; }

    /// <summary>The mean size of a portion; null without any.</summary>
    public double? MeanSize => Count == 0 ? null : _size / Count;

    /// <summary>
    /// The share of the time, in [0, 1], that does not depend on the size; null where there are too few portions, or too
    /// much alike, to tell.
    /// </summary>
    public double? FixedShare
    {
        get
        {
            if (Count < FewestPortions || _largest < LeastRange * _smallest || _seconds <= 0)
            {
                return null;
            }
            double size = _size / Count;
            double seconds = _seconds / Count;
            double slope = ((_sizeTimesSeconds / Count) - (size * seconds)) / ((_squaredSize / Count) - (size * size));
            return Math.Clamp((seconds - (slope * size)) / seconds, 0, 1);
        }
    }

    /// <param name="size">The size of a portion, positive.</param>
    /// <param name="time">How long it took.</param>
    public void Add(double size, TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        Count++;
        _size += size;
        _seconds += seconds;
        _squaredSize += size * size;
        _sizeTimesSeconds += size * seconds;
        _smallest = Math.Min(_smallest, size);
        _largest = Math.Max(_largest, size);
    }
}
