using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>
/// Keys and values of sequences that continue prompts. A prompt's are held and read once, however many sequences
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
    private readonly Scalar _scale;
    private KvCache _prompts;        // [R, kvHeads, P, headSize]
    private Tensor? _padding;        // [R, 1, 1, P]: −∞ before shorter prompts, 0 elsewhere; null where all are equally long
    private KvCache _own;            // [B, kvHeads, S, headSize]
    private int[] _promptOfRow;      // [B], ascending
    private int _slots;              // Of each prompt.
    private Tensor? _rowOfSlot;      // [R·slots], any row of the prompt in slots that are free; null where none is.
    private Tensor? _slotOfRow;      // [B]

    /// <param name="prompts">Has read the prompts, padded on the left; is disposed with this.</param>
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
        _scale = 1 / Math.Sqrt(config.HeadSize);
        _prompts = prompts;
        _padding = PaddingOf(lengths, prompts.Length, type, device);
        _promptOfRow = [.. continuations.SelectMany((count, prompt) => Enumerable.Repeat(prompt, count))];
        _own = new KvCache(config, Rows, RoomStep, type, device);
        Arrange();
    }

    /// <summary>Sequences; those of a prompt stand together, in the prompts' order.</summary>
    public int Rows => _promptOfRow.Length;

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
                Tensor padding = _padding.index_select(0, kept).DetachFromDisposeScope();
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
        _padding?.Dispose();
        _rowOfSlot?.Dispose();
        _slotOfRow?.Dispose();
        _scale.Dispose();
    }

    /// <summary>Makes room for a token.</summary>
    internal void Grow()
    {
        if (_own.Length == _own.Capacity)
        {
            Replace(ref _own, _own.Copy(rows: null, _own.Capacity + RoomStep));
        }
    }

    /// <summary>Takes one layer's keys and values of a new token of every sequence and attends to all that is held.</summary>
    /// <param name="q">[B, heads, 1, headSize]</param>
    /// <param name="k">[B, kvHeads, 1, headSize]</param>
    /// <param name="v">[B, kvHeads, 1, headSize]</param>
    /// <returns>[B, 1, hidden]</returns>
    internal Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor promptKeys, Tensor promptValues) = _prompts.Held(layer); // [R, kvHeads, P, headSize]
        (Tensor ownKeys, Tensor ownValues) = _own.Append(layer, k, v);   // [B, kvHeads, S, headSize]
        // The query heads that read one key head stand together: G of them.
        Tensor queries = q.reshape(Rows, _config.KeyValueHeads, -1, _config.HeadSize).mul(_scale);
        Tensor toPrompts = matmul(InSlots(queries), promptKeys.transpose(2, 3)); // [R, kvHeads, slots·G, P]
        toPrompts = OfRows(_padding is null ? toPrompts : toPrompts.Plus(_padding));
        Tensor toOwn = matmul(queries, ownKeys.transpose(2, 3));
        Tensor weights = cat([toPrompts, toOwn], -1).softmax(-1, ScalarType.Float32).to(q.dtype); // [B, kvHeads, G, P + S]
        long width = _prompts.Length;
        Tensor fromPrompts = OfRows(matmul(InSlots(weights.narrow(3, 0, width)), promptValues));
        Tensor fromOwn = matmul(weights.narrow(3, width, ownKeys.shape[2]), ownValues);
        return fromPrompts.Plus(fromOwn).reshape(Rows, 1, _config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>Counts the token that every layer has just taken.</summary>
    internal void Advance() => _own.Advance(1);

    // [B, kvHeads, G, n] → [R, kvHeads, slots·G, n]
    private Tensor InSlots(Tensor x)
    {
        long n = x.shape[3];
        Tensor slots = _rowOfSlot is null ? x : x.index_select(0, _rowOfSlot);
        return slots.reshape(_prompts.Rows, _slots, _config.KeyValueHeads, -1, n).transpose(1, 2)
            .reshape(_prompts.Rows, _config.KeyValueHeads, -1, n);
    }

    // [R, kvHeads, slots·G, n] → [B, kvHeads, G, n]
    private Tensor OfRows(Tensor x)
    {
        long n = x.shape[3];
        Tensor slots = x.view(_prompts.Rows, _config.KeyValueHeads, _slots, -1, n).transpose(1, 2)
            .reshape(_prompts.Rows * _slots, _config.KeyValueHeads, -1, n);
        return _slotOfRow is null ? slots : slots.index_select(0, _slotOfRow);
    }

    // Which row stands in which slot.
    private void Arrange()
    {
        _rowOfSlot?.Dispose();
        _slotOfRow?.Dispose();
        _rowOfSlot = _slotOfRow = null;
        int[] counts = new int[_prompts.Rows];
        int[] slotOfRow = Array.ConvertAll(_promptOfRow, prompt => counts[prompt]++);
        _slots = counts.Max();
        if (counts.All(count => count == _slots))
        {
            return;
        }
        int[] rowOfSlot = new int[_prompts.Rows * _slots];
        for (int row = Rows - 1; row >= 0; row--)
        {
            int first = _promptOfRow[row] * _slots;
            if (slotOfRow[row] == 0)
            {
                Array.Fill(rowOfSlot, row, first + counts[_promptOfRow[row]], _slots - counts[_promptOfRow[row]]);
            }
            slotOfRow[row] += first;
            rowOfSlot[slotOfRow[row]] = row;
        }
        _rowOfSlot = Indices(rowOfSlot).DetachFromDisposeScope();
        _slotOfRow = Indices(slotOfRow).DetachFromDisposeScope();
    }

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
        return tensor(padding, [lengths.Count, 1, 1, width]).to(type).to(device).DetachFromDisposeScope();
    }

    private Tensor Indices(IReadOnlyList<int> indices) =>
        tensor(indices.Select(index => (long)index).ToArray(), device: _device);

    private static void Replace(ref KvCache cache, KvCache by)
    {
        cache.Dispose();
        cache = by;
    }
}
