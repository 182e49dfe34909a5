using Retrace.Models.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>
/// Where each patch of a batch of images goes in the vision tower: the order that makes windows contiguous, rotary
/// angles, and the runs of patches that attend to one another.
/// </summary>
internal sealed class WindowLayout : IDisposable
{
    private WindowLayout(Tensor order, Tensor inverse, Tensor cos, Tensor sin, Segments windows, Segments frames)
    {
        Order = order;
        Inverse = inverse;
        Cos = cos;
        Sin = sin;
        Windows = windows;
        Frames = frames;
    }

    /// <summary>Merge unit at each place of the window order. [units]</summary>
    public Tensor Order { get; }

    /// <summary>Place in the window order of each merge unit. [units]</summary>
    public Tensor Inverse { get; }

    /// <summary>[patches, 1, headSize], in window order.</summary>
    public Tensor Cos { get; }

    /// <summary>[patches, 1, headSize], in window order.</summary>
    public Tensor Sin { get; }

    /// <summary>Patches of one window.</summary>
    public Segments Windows { get; }

    /// <summary>Patches of one image (of one frame, had it several).</summary>
    public Segments Frames { get; }

    public static WindowLayout Of(IReadOnlyList<ImageGrid> grids, VisionConfig config, ScalarType type, Device device)
    {
        int merge = config.MergeSize;
        int unit = merge * merge;
        int window = config.WindowSize / config.PatchSize / merge;
        var order = new List<long>();
        var windowLengths = new List<int>();
        var frameLengths = new List<int>();
        var angles = new List<(int Row, int Column)>(); // of each patch, in storage order
        int firstUnit = 0;
        foreach (ImageGrid grid in grids)
        {
            int rows = grid.Height / merge;
            int columns = grid.Width / merge;
            for (int t = 0; t < grid.Temporal; t++)
            {
                frameLengths.Add(grid.Height * grid.Width);
                // Stored patch order: merge units row by row, and inside a unit its patches row by row.
                for (int u = 0; u < rows * columns; u++)
                {
                    for (int p = 0; p < unit; p++)
                    {
                        angles.Add(((u / columns * merge) + (p / merge), (u % columns * merge) + (p % merge)));
                    }
                }
                for (int top = 0; top < rows; top += window)
                {
                    for (int left = 0; left < columns; left += window)
                    {
                        int bottom = Math.Min(top + window, rows);
                        int right = Math.Min(left + window, columns);
                        for (int r = top; r < bottom; r++)
                        {
                            for (int c = left; c < right; c++)
                            {
                                order.Add(firstUnit + (r * columns) + c);
                            }
                        }
                        windowLengths.Add((bottom - top) * (right - left) * unit);
                    }
                }
                firstUnit += rows * columns;
            }
        }

        long[] inverse = new long[order.Count];
        for (int place = 0; place < order.Count; place++)
        {
            inverse[order[place]] = place;
        }
        (Tensor cos, Tensor sin) = RotaryTables(order, angles, unit, config.HeadSize, type, device);
        return new WindowLayout(
            tensor(order.ToArray(), device: device),
            tensor(inverse, device: device),
            cos,
            sin,
            Segments.Of(windowLengths, device),
            Segments.Of(frameLengths, device));
    }

    public void Dispose()
    {
        Order.Dispose();
        Inverse.Dispose();
        Cos.Dispose();
        Sin.Dispose();
        Windows.Dispose();
        Frames.Dispose();
    }

    private static (Tensor Cos, Tensor Sin) RotaryTables(
        List<long> order, List<(int Row, int Column)> angles, int unit, int headSize, ScalarType type, Device device)
    {
        // A quarter of the head turns with the row, a quarter with the column, then both again.
        float[] frequencies = Rotary.Frequencies(headSize / 2, 10000);
        int quarter = frequencies.Length;
        float[] table = new float[angles.Count * headSize];
        for (int place = 0; place < order.Count; place++)
        {
            for (int p = 0; p < unit; p++)
            {
                (int row, int column) = angles[(int)(order[place] * unit) + p];
                int start = ((place * unit) + p) * headSize;
                for (int f = 0; f < quarter; f++)
                {
                    table[start + f] = table[start + f + (2 * quarter)] = row * frequencies[f];
                    table[start + f + quarter] = table[start + f + (3 * quarter)] = column * frequencies[f];
                }
            }
        }
        using Tensor angle = tensor(table, [angles.Count, 1, headSize], device: device);
        return (angle.cos().to(type), angle.sin().to(type));
    }
}

/// <summary>
/// A cut of a sequence into runs that attend only inside themselves. Runs of one length are gathered into one batch, so
/// that a layer makes one attention call a distinct length and no mask is needed.
/// </summary>
internal sealed class Segments : IDisposable
{
    private readonly List<(int Length, int Count, Tensor? Rows)> _groups;

    private Segments(List<(int Length, int Count, Tensor? Rows)> groups) => _groups = groups;

    public static Segments Of(IReadOnlyList<int> lengths, Device device)
    {
        var rowsByLength = new SortedDictionary<int, List<long>>();
        int start = 0;
        foreach (int length in lengths)
        {
            if (!rowsByLength.TryGetValue(length, out List<long>? rows))
            {
                rowsByLength.Add(length, rows = []);
            }
            for (int i = 0; i < length; i++)
            {
                rows.Add(start + i);
            }
            start += length;
        }
        // With a single length the sequence is already one batch and needs no gathering.
        bool uniform = rowsByLength.Count == 1;
        return new Segments([.. rowsByLength.Select(pair => (
            pair.Key,
            pair.Value.Count / pair.Key,
            uniform ? null : tensor(pair.Value.ToArray(), device: device)))]);
    }

    /// <summary>The tensors that this holds: the places of each length's runs, where there are several lengths.</summary>
    public IEnumerable<Tensor> Rows => _groups.Select(group => group.Rows).OfType<Tensor>();

    /// <summary>The same cut with other handles on its tensors.</summary>
    /// <param name="rows">As <see cref="Rows"/>, in its order.</param>
    public Segments With(Tensor[] rows) =>
        rows.Length == 0 ? this : new([.. _groups.Zip(rows, (group, own) => group with { Rows = own })]);

    /// <summary>Softmax attention inside each run. All tensors are [N, heads, headSize].</summary>
    public Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        if (_groups is [(int onlyLength, int onlyCount, null)])
        {
            return AttendBatch(q, k, v, onlyCount, onlyLength);
        }
        Tensor result = zeros_like(q);
        foreach ((int length, int count, Tensor? rows) in _groups)
        {
            Tensor part = AttendBatch(
                q.index_select(0, rows!), k.index_select(0, rows!), v.index_select(0, rows!), count, length);
            result = result.index_copy(0, rows!, part);
        }
        return result;
    }

    public void Dispose()
    {
        foreach ((_, _, Tensor? rows) in _groups)
        {
            rows?.Dispose();
        }
    }

    private static Tensor AttendBatch(Tensor q, Tensor k, Tensor v, int count, int length)
    {
        long heads = q.shape[1];
        long size = q.shape[2];
        Tensor attended = nn.functional.scaled_dot_product_attention(Split(q), Split(k), Split(v), null, 0.0, false);
        return attended.transpose(1, 2).reshape(count * length, heads, size);

        Tensor Split(Tensor x) => x.view(count, length, heads, size).transpose(1, 2); // [count, heads, length, size]
    }
}
