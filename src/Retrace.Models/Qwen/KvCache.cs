using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>Keys and values of the tokens seen so far, layer by layer, in buffers with room to grow.</summary>
public sealed class KvCache : IDisposable
{
    private readonly Tensor[] _keys;   // each [B, kvHeads, capacity, headSize]
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

    public int Capacity { get; }

    /// <summary>Tokens held, padding included; the same for every row.</summary>
    public int Length { get; private set; }

    /// <summary>A cache made of these rows of this one, in this order; rows may repeat (a fork) or be missing (a drop).</summary>
    /// <param name="rows">[newRows] row indices.</param>
    /// <param name="capacity">Room of the new cache, at least <see cref="Length"/>.</param>
    public KvCache Select(Tensor rows, int capacity)
    {
        return new KvCache(Copy(_keys), Copy(_values), capacity, Length);

        Tensor[] Copy(Tensor[] buffers) => [.. buffers.Select(buffer =>
        {
            using Tensor held = buffer.narrow(2, 0, Length);
            long[] shape = [rows.shape[0], buffer.shape[1], capacity, buffer.shape[3]];
            Tensor copy = empty(shape, buffer.dtype, buffer.device).DetachFromDisposeScope();
            using Tensor selected = held.index_select(0, rows);
            using Tensor place = copy.narrow(2, 0, Length);
            place.copy_(selected);
            return copy;
        })];
    }

    /// <summary>Copies rows of a cache into this one, which from then on holds as many tokens.</summary>
    /// <param name="firstRow">Where the first of them goes.</param>
    /// <param name="source">Of the same length as whatever else is copied.</param>
    /// <param name="rows">[n] row indices of the source; they may repeat.</param>
    public void Take(int firstRow, KvCache source, Tensor rows)
    {
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            Copy(source._keys[layer], _keys[layer]);
            Copy(source._values[layer], _values[layer]);
        }
        Length = source.Length;

        void Copy(Tensor from, Tensor to)
        {
            using Tensor held = from.narrow(2, 0, source.Length);
            using Tensor selected = held.index_select(0, rows);
            using Tensor places = to.narrow(0, firstRow, rows.shape[0]);
            using Tensor place = places.narrow(2, 0, source.Length);
            place.copy_(selected);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Writes one layer's new tokens behind the held ones and returns all of them.</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        long count = keys.shape[2];
        using (Tensor keyPlace = _keys[layer].narrow(2, Length, count))
        using (Tensor valuePlace = _values[layer].narrow(2, Length, count))
        {
            keyPlace.copy_(keys);
            valuePlace.copy_(values);
        }
        return (_keys[layer].narrow(2, 0, Length + count), _values[layer].narrow(2, 0, Length + count));
    }

    /// <summary>Counts the tokens that every layer has just appended.</summary>
    internal void Advance(int count) => Length += count;
}
