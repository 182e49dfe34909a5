using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Keys and values of the tokens seen so far, layer by layer, in buffers with room to grow.</summary>
internal sealed class KvCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <param name="rows">Sequences.</param>
    /// <param name="capacity">Tokens a sequence can hold.</param>
    internal KvCache(TextConfig config, int rows, int capacity, ScalarType type, Device device)
    {
        long[] shape = [rows, config.KeyValueHeads, capacity, config.HeadSize];
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => empty(shape, type, device).DetachFromDisposeScope())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => empty(shape, type, device).DetachFromDisposeScope())];
        Capacity = capacity;
    }

    private KvCache(Tensor[] keys, Tensor[] values, int capacity, int length)
    {
        _keys = keys;
        _values = values;
        Capacity = capacity;
        Length = length;
    }

    /// <summary>[layers], each [B, kvHeads, <see cref="Capacity"/>, headSize].</summary>
    public IReadOnlyList<Tensor> Keys => _keys;

    /// <summary>The values, in the shape of <see cref="Keys"/>.</summary>
    public IReadOnlyList<Tensor> Values => _values;

    public int Capacity { get; }

    public int Rows => (int)_keys[0].shape[0];

    /// <summary>Tokens held, padding included; the same for every row.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of a token's keys and values in all layers.</summary>
    public static long BytesOfToken(TextConfig config, long elementSize) =>
        2L * config.Layers * config.KeyValueHeads * config.HeadSize * elementSize;

    /// <summary>A copy of some rows, in buffers of another size.</summary>
    /// <param name="rows">[newRows] row indices; null for all.</param>
    /// <param name="capacity">Room of the new cache, at least <see cref="Length"/>.</param>
    public KvCache Copy(Tensor? rows, int capacity)
    {
        return new KvCache([.. _keys.Select(CopyOf)], [.. _values.Select(CopyOf)], capacity, Length);

        Tensor CopyOf(Tensor buffer)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor held = buffer.narrow(2, 0, Length);
            Tensor kept = rows is null ? held : held.RowsAt(rows);
            Tensor copy = empty([kept.shape[0], buffer.shape[1], capacity, buffer.shape[3]], buffer.dtype, buffer.device);
            copy.narrow(2, 0, Length).copy_(kept);
            return copy.DetachFromDisposeScope();
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Writes one layer's tokens behind the held ones.</summary>
    internal void Append(int layer, Tensor keys, Tensor values)
    {
        long count = keys.shape[2];
        using Tensor keyPlace = _keys[layer].narrow(2, Length, count);
        using Tensor valuePlace = _values[layer].narrow(2, Length, count);
        keyPlace.copy_(keys);
        valuePlace.copy_(values);
    }

    /// <summary>Counts the tokens that every layer has just taken.</summary>
    internal void Advance(int count) => Length += count;
}
