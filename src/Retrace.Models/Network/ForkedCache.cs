using System.Diagnostics.CodeAnalysis;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// Keys and values of sequences that continue prompts. A prompt's are held and computed once, however many sequences
/// continue it; each sequence has only its own tokens besides.
/// </summary>
/// <remarks>
/// Attention to a prompt is one matrix product for all its sequences, as in Hydragen (Juravsky et al. 2024, arXiv
/// 2402.05099), where it is a product for each sequence otherwise. For that the sequences of each prompt are put side by
/// side in as many slots as the most continued prompt needs.
/// </remarks>
public sealed class ForkedCache : IDisposable
{
    private const int RoomStep = 64; // Tokens by which the sequences' own part grows.

    private readonly TextConfig _config;
    private readonly Device _device;
    private KvCache _prompts;        // [R, kvHeads, P, headSize]
    private Tensor? _padding;        // [R, 1, 1, P]: −∞ before shorter prompts, 0 elsewhere; null where all are equally long
    private KvCache _own;            // [B, kvHeads, S, headSize]
    private readonly long[] _ownLength = [0];
    private readonly Tensor _ownLengthNow; // [1], the same memory.
    private int[] _promptOfRow;      // [B], ascending
    private Tensor? _rowOfSlot;      // [R·slots], any row of the prompt in slots that are free; null where none is
    private Tensor? _slotOfRow;      // [B]

    /// <param name="prompts">Holds the prompts, padded on the left; is disposed with this.</param>
    /// <param name="lengths">[R] tokens of each prompt without padding.</param>
    /// <param name="continuations">[R] how many sequences continue each prompt, at least one.</param>
    internal ForkedCache(
        TextConfig config,
        KvCache prompts,
        IReadOnlyList<int> lengths,
        IReadOnlyList<int> continuations,
        ScalarType type,
        Device device)
    {
        _config = config;
        _device = device;
        _prompts = prompts;
        _padding = PaddingOf(lengths, prompts.Length, type, device);
        _promptOfRow = [.. continuations.SelectMany((count, prompt) => Enumerable.Repeat(prompt, count))];
        _own = new KvCache(config, Rows, RoomStep, type, device);
        _ownLengthNow = as_tensor(_ownLength, device: CPU).DetachFromDisposeScope();
        Arrange();
    }

    /// <summary>Sequences; those of a prompt stand together, in the prompts' order.</summary>
    public int Rows => _promptOfRow.Length;

    /// <summary>
    /// All that is held: how many tokens each sequence has of its own, [1], in the CPU's memory; the padding, the row
    /// of each slot, the slot of each row, all three empty where not needed; then of each layer keys and values of the
    /// prompts, [R, kvHeads, P, headSize], and keys and values of the sequences themselves, [B, kvHeads, capacity,
    /// headSize].
    /// </summary>
    internal Tensor[] Tensors { get; private set; }

    /// <summary>Keeps these sequences alone, and the prompts that one of them continues.</summary>
    /// <param name="rows">Ascending row indices.</param>
    public void Keep(IReadOnlyList<int> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Replace(ref _own, _own.Copy(Indices(rows), _own.Capacity));
        int[] left = [.. rows.Select(row => _promptOfRow[row])];
        int[] prompts = [.. left.Distinct()];
        if (prompts.Length < _prompts.Rows)
        {
            Tensor kept = Indices(prompts);
            Replace(ref _prompts, _prompts.Copy(kept, _prompts.Length));
            if (_padding is not null)
            {
                Tensor padding = _padding.RowsAt(kept).DetachFromDisposeScope();
                _padding.Dispose();
                _padding = padding;
            }
        }
        _promptOfRow = [.. left.Select(prompt => Array.BinarySearch(prompts, prompt))];
        Arrange();
    }

    public void Dispose()
    {
        _prompts.Dispose();
        _own.Dispose();
        _ownLengthNow.Dispose();
        _padding?.Dispose();
        _rowOfSlot?.Dispose();
        _slotOfRow?.Dispose();
    }

    /// <summary>Makes room for one more token of each sequence.</summary>
    internal void Grow()
    {
        if (_own.Length == _own.Capacity)
        {
            Replace(ref _own, _own.Copy(rows: null, _own.Capacity + RoomStep));
            Tensors = ListTensors();
        }
    }

    /// <summary>Counts the token that every layer has just taken.</summary>
    internal void Advance()
    {
        _own.Advance(1);
        _ownLength[0] = _own.Length;
    }

    // Which row stands in which slot.
    [MemberNotNull(nameof(Tensors))]
    private void Arrange()
    {
        _rowOfSlot?.Dispose();
        _slotOfRow?.Dispose();
        _rowOfSlot = _slotOfRow = null;
        int[] counts = new int[_prompts.Rows];
        int[] slotOfRow = Array.ConvertAll(_promptOfRow, prompt => counts[prompt]++);
        int slots = counts.Max();
        if (counts.Any(count => count < slots))
        {
            int[] rowOfSlot = new int[_prompts.Rows * slots];
            for (int row = Rows - 1; row >= 0; row--)
            {
                int first = _promptOfRow[row] * slots;
                if (slotOfRow[row] == 0)
                {
                    Array.Fill(rowOfSlot, row, first + counts[_promptOfRow[row]], slots - counts[_promptOfRow[row]]);
                }
                slotOfRow[row] += first;
                rowOfSlot[slotOfRow[row]] = row;
            }
            _rowOfSlot = Indices(rowOfSlot).DetachFromDisposeScope();
            _slotOfRow = Indices(slotOfRow).DetachFromDisposeScope();
        }
        Tensors = ListTensors();
    }

    private Tensor[] ListTensors() =>
    [
        _ownLengthNow, _padding ?? DecodingStep.None, _rowOfSlot ?? DecodingStep.None, _slotOfRow ?? DecodingStep.None,
        .. Enumerable.Range(0, _config.Layers).SelectMany(layer => (Tensor[])
        [
            _prompts.Keys[layer], _prompts.Values[layer], _own.Keys[layer], _own.Values[layer],
        ]),
    ];

    private static Tensor? PaddingOf(IReadOnlyList<int> lengths, int width, ScalarType type, Device device)
    {
        if (lengths.All(length => length == width))
        {
            return null;
        }
        float[] padding = new float[lengths.Count * width];
        for (int prompt = 0; prompt < lengths.Count; prompt++)
        {
            Array.Fill(padding, float.NegativeInfinity, prompt * width, width - lengths[prompt]);
        }
        using DisposeScope scope = NewDisposeScope();
        return tensor(padding, [lengths.Count, 1, 1, width], type, device).DetachFromDisposeScope();
    }

    private Tensor Indices(IReadOnlyList<int> indices) =>
        tensor(indices.Select(index => (long)index).ToArray(), device: _device);

    private static void Replace(ref KvCache cache, KvCache by)
    {
        cache.Dispose();
        cache = by;
    }
}
