using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen25VL;

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

    /// <summary>The runs of patches that share an attention window.</summary>
    public Segments Windows { get; }

    /// <summary>Patches of one image (of one frame, had it several).</summary>
    public Segments Frames { get; }

    /// <summary>Computes the layout of a batch of images.</summary>
    /// <param name="grids">The images' grids.</param>
    /// <param name="config">Says how large windows are.</param>
    /// <param name="type">The type of the rotary tables.</param>
    /// <param name="device">Where the tensors go.</param>
    public static WindowLayout Of(
        IReadOnlyList<ImageGrid> grids, WindowedVisionConfig config, ScalarType type, Device device)
    {
        int merge = config.MergeSize;
        int unit = merge * merge;
        int window = config.WindowSize / config.PatchSize / merge;
        var order = new List<long>();
        var windowLengths = new List<int>();
        int firstUnit = 0;
        foreach (ImageGrid grid in grids)
        {
            int rows = grid.Height / merge;
            int columns = grid.Width / merge;
            for (int t = 0; t < grid.Temporal; t++)
            {
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
        (int Row, int Column)[] stored =
            [.. PatchPlaces.Of(grids, merge).Select(place => (place.Row, place.Column))];
        (Tensor cos, Tensor sin) = PatchPlaces.RotaryTables(
            [.. order.SelectMany(square => Enumerable.Range(0, unit).Select(patch => stored[(square * unit) + patch]))],
            config.HeadSize,
            type,
            device);
        return new WindowLayout(
            tensor(order.ToArray(), device: device),
            tensor(inverse, device: device),
            cos,
            sin,
            Segments.Of(windowLengths, device),
            Segments.Of(PatchPlaces.FrameLengths(grids), device));
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
}
