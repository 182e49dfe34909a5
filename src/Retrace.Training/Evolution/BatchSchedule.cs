namespace Retrace.Training.Evolution;

/// <summary>Which problems each step sees: pass after pass over the data, each in an order of its own.</summary>
/// <remarks>A function of the seed and the step alone, so that a resumed run goes on where it stopped.</remarks>
/// <param name="count">Problems in the data set.</param>
/// <param name="batch">Problems a step; no more than there are.</param>
/// <param name="seed">The run's seed.</param>
public sealed class BatchSchedule(int count, int batch, long seed)
{
    private readonly int _batch = Math.Min(batch, count);
    private (long Epoch, int[] Order) _latest = (-1, []);

    /// <summary>Steps for this many passes over the data.</summary>
    public int StepsFor(double epochs) => (int)Math.Max(1, Math.Ceiling(epochs * count / _batch));

    /// <summary>Indices of a step's problems.</summary>
    /// <param name="step">From 1.</param>
    public int[] Of(int step)
    {
        int[] indices = new int[_batch];
        for (int i = 0; i < _batch; i++)
        {
            long place = ((long)(step - 1) * _batch) + i;
            indices[i] = OrderOf(place / count)[place % count];
        }
        return indices;
    }

    private int[] OrderOf(long epoch)
    {
        if (_latest.Epoch != epoch)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            RandomStream.For(seed, Purpose.BatchOrder, epoch).Shuffle(order);
            _latest = (epoch, order);
        }
        return _latest.Order;
    }
}
