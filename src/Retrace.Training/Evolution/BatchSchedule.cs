namespace Retrace.Training.Evolution;

/// <summary>
/// Decides which problems each step uses: pass after pass over the data, each in another random order.
/// </summary>
/// <remarks>It depends on the seed and the step only, so that a resumed run continues where it stopped.</remarks>
/// <param name="count">Number of problems in the data set.</param>
/// <param name="batch">Number of problems in a step, at most the size of the data set.</param>
/// <param name="seed">The run's seed.</param>
public sealed class BatchSchedule(int count, int batch, long seed)
{
    private readonly int _batch = Math.Min(batch, count);
    private (long Epoch, int[] Order) _latest = (-1, []);

    /// <summary>Number of steps for a number of passes over the data.</summary>
    public int StepsFor(double epochs) => (int)Math.Max(1, Math.Ceiling(epochs * count / _batch));

    /// <summary>The indices of a step's problems.</summary>
    /// <param name="step">The step, from 1.</param>
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
