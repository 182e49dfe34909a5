using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A cut of a sequence into runs that attend only inside themselves. Runs of one length are gathered into one batch, so
/// that a layer makes one attention call a distinct length and no mask is needed.
/// </summary>
public sealed class Segments : IDisposable
{
    private readonly List<(int Length, int Count, Tensor? Rows)> _groups;

    private Segments(List<(int Length, int Count, Tensor? Rows)> groups) => _groups = groups;

    /// <summary>Cuts a sequence into runs of the given lengths.</summary>
    /// <param name="lengths">The runs' lengths, in the sequence's order.</param>
    /// <param name="device">Where attention is computed.</param>
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

    /// <summary>
    /// The tensors that this holds: the places of each length's runs, where there are several lengths.
    /// </summary>
    public IEnumerable<Tensor> Rows => _groups.Select(group => group.Rows).OfType<Tensor>();

    /// <summary>The same cut with other handles to its tensors.</summary>
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
                q.RowsAt(rows!), k.RowsAt(rows!), v.RowsAt(rows!), count, length);
            result = result.WithRowsAt(rows!, part);
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
        Tensor attended = DotProductAttention.Of(Split(q), Split(k), Split(v), mask: null, causal: false);
        return attended.transpose(1, 2).reshape(count * length, heads, size);

        Tensor Split(Tensor x) => x.view(count, length, heads, size).transpose(1, 2); // [count, heads, length, size]
    }
}
