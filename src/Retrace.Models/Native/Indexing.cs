using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>Rows of a tensor by their indices, which lie on the same device.</summary>
/// <remarks>
/// On the meta device, which has shapes and no values, libtorch lacks some of these operations, and looks at no index's
/// device. There they are made of others, and refuse what a GPU would refuse: so tests try a whole step without one.
/// </remarks>
public static class Indexing
{
    private static readonly Scalar One = 1;

    /// <summary>The rows at these indices: [N, …] and [n] → [n, …].</summary>
    /// <exception cref="InvalidOperationException">On the meta device: the indices lie elsewhere.</exception>
    public static Tensor RowsAt(this Tensor x, Tensor indices) => x.device_type == DeviceType.META
        ? x.gather(0, OverRows(x, indices))
        : x.index_select(0, indices);

    /// <summary>A copy with the rows at these indices replaced: [N, …], [n] and [n, …] → [N, …].</summary>
    /// <inheritdoc cref="RowsAt"/>
    public static Tensor WithRowsAt(this Tensor x, Tensor indices, Tensor rows) => x.device_type == DeviceType.META
        ? x.scatter(0, OverRows(x, indices), rows)
        : x.index_copy(0, indices, rows);

    /// <summary>A copy with these rows added at these indices: [N, …], [n] and [n, …] → [N, …].</summary>
    /// <inheritdoc cref="RowsAt"/>
    public static Tensor PlusRowsAt(this Tensor x, Tensor indices, Tensor rows) => x.device_type == DeviceType.META
        ? x.scatter_add(0, OverRows(x, indices), rows)
        : x.index_add(0, indices, rows, One);

    /// <summary>Adds rows to those at these indices, in place: [N, …], [n] and [n, …]. Not differentiable.</summary>
    /// <inheritdoc cref="RowsAt"/>
    internal static void AddRowsAt(this Tensor x, Tensor indices, Tensor rows)
    {
        if (x.device_type == DeviceType.META)
        {
            Check(x, indices);
        }
        x.index_add_(0, indices, rows, One);
    }

    /// <summary>Writes a value at these indices of the last axis.</summary>
    /// <inheritdoc cref="RowsAt"/>
    public static void FillLastAt(this Tensor x, Tensor indices, Scalar value)
    {
        if (x.device_type == DeviceType.META)
        {
            Check(x, indices); // And there are no values to write.
            return;
        }
        x.index_fill_(-1, indices, value);
    }

    // [n] → [n, …], as gather and scatter take them.
    private static Tensor OverRows(Tensor x, Tensor indices)
    {
        Check(x, indices);
        long[] ofRow = x.shape[1..];
        return indices.view([-1, .. ofRow.Select(_ => 1L)]).expand([indices.shape[0], .. ofRow]);
    }

    private static void Check(Tensor x, Tensor indices)
    {
        if (indices.device_type != x.device_type)
        {
            throw new InvalidOperationException($"Indices on {indices.device} of a tensor on {x.device}");
        }
    }
}
