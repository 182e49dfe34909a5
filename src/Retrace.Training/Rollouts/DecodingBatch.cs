using Retrace.Models.Images;
using Retrace.Models.Qwen;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Sequences that are being generated side by side. New ones can join at every token; those that have finished leave.
/// </summary>
/// <param name="model">The policy.</param>
/// <param name="imageFeatures">Of all the images that will be shown.</param>
/// <param name="sampler">Draws tokens.</param>
/// <param name="onToken">Told (request, sample, token) as tokens are drawn.</param>
internal sealed class DecodingBatch(
    QwenModel model, SharedImageFeatures imageFeatures, TokenSampler sampler, Action<int, int, int>? onToken) : IDisposable
{
    /// <summary>Sequences read together leave when fewer than this share of them are at work.</summary>
    public const double WorthLeaving = 0.8;

    private readonly List<ForkedCache> _caches = []; // One for the prompts that were read together.
    private List<DecodedSequence> _rows = [];        // Of all caches, in their order.
    private Tensor? _hidden;                         // [B, hidden]: predicts the next tokens.
    private float[] _uniform = [];                   // [B]
    private long[] _positions = [];                  // [3·B]

    /// <summary>Sequences whose next token is computed.</summary>
    public int Rows => _rows.Count;

    /// <summary>Reads prompts, once each, and lets all their samples join.</summary>
    /// <returns>The samples, request by request.</returns>
    public IReadOnlyList<DecodedSequence> Join(IReadOnlyList<RolloutPart> parts)
    {
        using DisposeScope scope = NewDisposeScope();
        (ProcessedImage[] images, ImageFeatures? features) = imageFeatures.Of(parts);
        SequenceBatch prompts = SequenceBatch.Of(
            model.Config,
            [
                .. parts.Select(part => new TokenSequence(
                    part.Request.Prompt, [.. part.Request.Images.Select(image => Array.IndexOf(images, image))])),
            ],
            features,
            PaddingSide.Left,
            model.Device);
        int[] samples = [.. parts.Select(part => part.Request.Streams.Count)];
        (ForkedCache cache, Tensor hidden) = model.Read(prompts, features, samples); // hidden: [prompts, hidden]
        _caches.Add(cache);
        DecodedSequence[] joined =
        [
            .. parts.SelectMany((part, i) => part.Request.Streams.Select((stream, sample) => new DecodedSequence(
                part.Index, part.FirstSample + sample, stream, part.Request.MaxTokens, prompts.NextPositions[i]))),
        ];
        Tensor promptOfRow = tensor(
            samples.SelectMany((count, prompt) => Enumerable.Repeat((long)prompt, count)).ToArray(), device: model.Device);
        Tensor hiddenOfRows = hidden.index_select(0, promptOfRow);
        Use([.. _rows, .. joined], _hidden is null ? hiddenOfRows : cat([_hidden, hiddenOfRows]));
        return joined;
    }

    /// <summary>Draws a token for every sequence at work. False when none is left.</summary>
    public bool Advance()
    {
        if (_hidden is null)
        {
            return false;
        }
        using DisposeScope scope = NewDisposeScope();
        if (sampler.IsRandom)
        {
            for (int i = 0; i < _rows.Count; i++)
            {
                // Those that have finished but not left yet draw nothing.
                _uniform[i] = _rows[i].IsFinished ? 0 : _rows[i].Stream.NextSingle();
            }
        }
        Tensor uniform = tensor(_uniform, [_rows.Count, 1], device: model.Device);
        (Tensor tokens, Tensor measured) = sampler.Draw(model.Logits(_hidden), uniform);
        Record(measured);
        if (Leave() is int[] kept)
        {
            if (kept.Length == 0)
            {
                Use([], null);
                return false;
            }
            Tensor rows = tensor(Array.ConvertAll(kept, row => (long)row), device: model.Device);
            Use([.. kept.Select(row => _rows[row])], hidden: null);
            tokens = tokens.index_select(0, rows);
        }
        Use(_rows, model.Forward(tokens.unsqueeze(1), Positions(), _caches).squeeze(1)); // [B, hidden]
        return true;
    }

    public void Dispose()
    {
        _caches.ForEach(cache => cache.Dispose());
        _hidden?.Dispose();
    }

    // measured: [3 or 4, B], one transfer from the device.
    private void Record(Tensor measured)
    {
        using Tensor host = measured.cpu();
        float[] flat = host.data<float>().ToArray();
        int count = _rows.Count;
        bool hasSelfCertainty = flat.Length == 4 * count;
        for (int i = 0; i < count; i++)
        {
            DecodedSequence row = _rows[i];
            if (!row.IsFinished)
            {
                int token = (int)flat[i];
                bool stops = model.Config.Tokens.Stops.Contains(token);
                float? selfCertainty = hasSelfCertainty ? flat[(3 * count) + i] : null;
                row.Add(token, flat[count + i], flat[(2 * count) + i], selfCertainty, stops);
                onToken?.Invoke(row.Request, row.Sample, token);
            }
        }
    }

    // Drops finished sequences where enough of those that were read together have; which rows remain, if some left.
    private int[]? Leave()
    {
        if (!AnyIsWorthLeaving())
        {
            return null; // At most tokens; so this makes no lists.
        }
        List<int> remaining = [];
        int first = 0;
        foreach (ForkedCache cache in _caches.ToArray())
        {
            int rows = cache.Rows;
            int[] atWork = [.. Enumerable.Range(0, rows).Where(row => !_rows[first + row].IsFinished)];
            if (atWork.Length == 0)
            {
                cache.Dispose();
                _caches.Remove(cache);
            }
            else if (atWork.Length < WorthLeaving * rows)
            {
                cache.Keep(atWork);
            }
            else
            {
                atWork = [.. Enumerable.Range(0, rows)];
            }
            remaining.AddRange(atWork.Select(row => first + row));
            first += rows;
        }
        return [.. remaining];
    }

    private bool AnyIsWorthLeaving()
    {
        int row = 0;
        foreach (ForkedCache cache in _caches)
        {
            int atWork = 0;
            for (int end = row + cache.Rows; row < end; row++)
            {
                atWork += _rows[row].IsFinished ? 0 : 1;
            }
            if (atWork < WorthLeaving * cache.Rows)
            {
                return true;
            }
        }
        return false;
    }

    private void Use(List<DecodedSequence> rows, Tensor? hidden)
    {
        _hidden?.Dispose();
        _hidden = hidden?.DetachFromDisposeScope();
        if (rows.Count != _rows.Count)
        {
            _uniform = new float[rows.Count];
            _positions = new long[3 * rows.Count];
        }
        _rows = rows;
    }

    // [3, B, 1]: text moves on all three axes together.
    private Tensor Positions()
    {
        int count = _rows.Count;
        for (int i = 0; i < count; i++)
        {
            _positions[i] = _positions[count + i] = _positions[(2 * count) + i] = _rows[i].NextPosition++;
        }
        return tensor(_positions, [3, count, 1], device: model.Device);
    }
}
