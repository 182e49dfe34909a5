using System.Runtime.InteropServices;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Continuous batching: sequences that are decoded together. New ones can join before every token, and finished ones
/// leave.
/// </summary>
/// <param name="network">The policy that generates.</param>
/// <param name="decoding">The policy's decoder.</param>
/// <param name="imageFeatures">Features of all images of the requests.</param>
/// <param name="sampler">Samples the tokens from the logits.</param>
/// <param name="onToken">Called with (request, sample, token) for each sampled token.</param>
internal sealed class DecodingBatch(
    VisionLanguageNetwork network,
    Decoding decoding,
    SharedImageFeatures imageFeatures,
    TokenSampler sampler,
    Action<int, int, int>? onToken) : IDisposable
{
    /// <summary>
    /// Finished sequences of a cache leave once fewer than this share of its sequences are unfinished.
    /// </summary>
    public const double WorthLeaving = 0.8;

    private static readonly Scalar One = 1;

    private readonly List<ForkedCache> _caches = []; // One for each prefill.
    private List<DecodedSequence> _rows = [];        // The rows of all caches, in order.
    private Tensor? _hidden;                         // [B, hidden], which predicts the next tokens.
    private Tensor? _positions;                      // [B] of the next tokens.
    private Tensor? _uniform;                        // [B, 1], uniform numbers that the next tokens are sampled with.

    /// <summary>Number of sequences in the batch.</summary>
    public int Rows => _rows.Count;

    /// <summary>Prefills each prompt once and adds all its samples to the batch.</summary>
    /// <returns>The samples, request by request.</returns>
    public IReadOnlyList<DecodedSequence> Join(IReadOnlyList<RolloutPart> parts)
    {
        using DisposeScope scope = NewDisposeScope();
        (ProcessedImage[] images, ImageFeatures? features) = imageFeatures.Of(parts);
        SequenceBatch prompts = SequenceBatch.Of(
            network.Config,
            [
                .. parts.Select(part => new TokenSequence(
                    part.Request.Prompt, [.. part.Request.Images.Select(image => Array.IndexOf(images, image))])),
            ],
            features,
            PaddingSide.Left,
            network.Device);
        int[] samples = [.. parts.Select(part => part.Request.Streams.Count)];
        (ForkedCache cache, Tensor hidden) = network.Prefill(prompts, features, samples); // hidden: [prompts, hidden]
        _caches.Add(cache);
        DecodedSequence[] joined =
        [
            .. parts.SelectMany((part, i) => part.Request.Streams.Select((stream, sample) => new DecodedSequence(
                part.Index, part.FirstSample + sample, stream, part.Request.MaxTokens))),
        ];
        Tensor promptOfRow = tensor(
            samples.SelectMany((count, prompt) => Enumerable.Repeat((long)prompt, count)).ToArray(),
            device: network.Device);
        Tensor hiddenOfRows = hidden.RowsAt(promptOfRow);
        Tensor positions = tensor(prompts.NextPositions.Select(next => (long)next).ToArray(), device: network.Device)
            .RowsAt(promptOfRow);
        Use(
            [.. _rows, .. joined],
            _hidden is null ? hiddenOfRows : cat([_hidden, hiddenOfRows]),
            _positions is null ? positions : cat([_positions, positions]),
            _uniform is null ? UniformOf(joined) : cat([_uniform, UniformOf(joined)]));
        return joined;
    }

    /// <summary>Samples a token for every unfinished sequence. Returns false when none is left.</summary>
    public bool Advance()
    {
        if (_hidden is null)
        {
            return false;
        }
        using DisposeScope scope = NewDisposeScope();
        (Tensor tokens, Tensor measured) = sampler.Sample(decoding.Logits(_hidden), _uniform!);
        Record(measured);
        List<DecodedSequence> rows = _rows;
        Tensor positions = _positions!;
        if (Leave() is int[] kept)
        {
            if (kept.Length == 0)
            {
                Use([], hidden: null, positions: null, uniform: null);
                return false;
            }
            Tensor remaining = tensor(Array.ConvertAll(kept, row => (long)row), device: network.Device);
            rows = [.. kept.Select(row => _rows[row])];
            tokens = tokens.RowsAt(remaining);
            positions = positions.RowsAt(remaining);
        }
        // Before the step: the device, whose samples have just been read, has nothing to do that this copy would wait for.
        Tensor uniform = UniformOf(rows);
        Tensor hidden = decoding.Step(tokens, positions, _caches);
        Use(rows, hidden, positions.Increase(One), uniform);
        return true;
    }

    public void Dispose()
    {
        _caches.ForEach(cache => cache.Dispose());
        _hidden?.Dispose();
        _positions?.Dispose();
        _uniform?.Dispose();
    }

    // A number for each sequence's next token. [B, 1]
    private Tensor UniformOf(IReadOnlyList<DecodedSequence> rows)
    {
        if (!sampler.IsRandom)
        {
            return zeros(rows.Count, 1, device: network.Device);
        }
        float[] numbers = new float[rows.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            // Finished sequences consume no random numbers.
            numbers[i] = rows[i].IsFinished ? 0 : rows[i].Stream.NextSingle();
        }
        return tensor(numbers, [numbers.Length, 1], device: network.Device);
    }

    // measured: [4 to 6, B], copied from the device at once: the one round trip of a step, as the host decides by it
    // which sequences are finished.
    private void Record(Tensor measured)
    {
        using Tensor host = HostCopy.Of(measured);
        Span<float> flat = MemoryMarshal.Cast<byte, float>(host.bytes);
        int count = _rows.Count;
        for (int i = 0; i < count; i++)
        {
            DecodedSequence row = _rows[i];
            if (!row.IsFinished)
            {
                int token = (int)flat[i];
                bool stops = flat[count + i] > 0;
                if (!float.IsFinite(flat[(2 * count) + i]))
                {
                    // Sampling from NaN would give the first token of the vocabulary, an exclamation mark, forever.
                    throw new NotFiniteException("The logits that the model generates from are not numbers");
                }
                int next = 4 * count;
                float? selfCertainty = sampler.MeasuresSelfCertainty ? flat[next + i] : null;
                next += sampler.MeasuresSelfCertainty ? count : 0;
                float? confidence = sampler.MeasuresConfidence ? flat[next + i] : null;
                row.Add(token, flat[(2 * count) + i], flat[(3 * count) + i], selfCertainty, confidence, stops);
                onToken?.Invoke(row.Request, row.Sample, token);
            }
        }
    }

    // Drops the finished sequences of caches where that is worthwhile. Returns the remaining rows; null if none left.
    private int[]? Leave()
    {
        if (!AnyIsWorthLeaving())
        {
            return null; // The usual case, which allocates nothing.
        }
        List<int> remaining = [];
        int first = 0;
        foreach (ForkedCache cache in _caches.ToArray())
        {
            int rows = cache.Rows;
            IEnumerable<int> kept = Enumerable.Range(0, rows);
            if (IsWorthLeaving(first, rows))
            {
                int[] unfinished = [.. kept.Where(row => !_rows[first + row].IsFinished)];
                if (unfinished.Length == 0)
                {
                    cache.Dispose();
                    _caches.Remove(cache);
                }
                else
                {
                    cache.Keep(unfinished);
                }
                kept = unfinished;
            }
            remaining.AddRange(kept.Select(row => first + row));
            first += rows;
        }
        return [.. remaining];
    }

    private bool AnyIsWorthLeaving()
    {
        int first = 0;
        foreach (ForkedCache cache in _caches)
        {
            if (IsWorthLeaving(first, cache.Rows))
            {
                return true;
            }
            first += cache.Rows;
        }
        return false;
    }

    // first, rows: the range of a cache.
    private bool IsWorthLeaving(int first, int rows)
    {
        int unfinished = 0;
        for (int row = first; row < first + rows; row++)
        {
            unfinished += _rows[row].IsFinished ? 0 : 1;
        }
        return unfinished < WorthLeaving * rows;
    }

    private void Use(List<DecodedSequence> rows, Tensor? hidden, Tensor? positions, Tensor? uniform)
    {
        Replace(ref _hidden, hidden);
        Replace(ref _positions, positions);
        Replace(ref _uniform, uniform);
        _rows = rows;
    }

    private static void Replace(ref Tensor? held, Tensor? by)
    {
        if (!ReferenceEquals(held, by))
        {
            held?.Dispose();
            held = by?.DetachFromDisposeScope();
        }
    }
}
