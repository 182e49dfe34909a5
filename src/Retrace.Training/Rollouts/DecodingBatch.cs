using Retrace.Models.Images;
using Retrace.Models.Qwen;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>Sequences that are being generated side by side, one a row of the cache.</summary>
internal sealed class DecodingBatch : IDisposable
{
    /// <summary>The batch shrinks when fewer rows than this share are at work.</summary>
    public const double WorthLeaving = 0.8;

    private const int RoomStep = 64;             // Tokens by which the cache grows.

    private readonly Row[] _rows;                // All, finished ones included.
    private readonly int _endOfTurn;
    private readonly int _endOfText;
    private readonly Device _device;
    private readonly bool _padded;
    private List<Row> _active;                   // Row i of the tensors below belongs to the i-th of these.
    private KvCache _cache;
    private Tensor _hidden;                      // [B, hidden]: predicts the next tokens.
    private Tensor _isPrompt;                    // [B, prompt width], false where padding stands.
    private float[] _uniform;                    // [B]
    private long[] _positions;                   // [3·B]

    private DecodingBatch(
        Row[] rows, QwenModel model, KvCache cache, Tensor hidden, Tensor isPrompt, bool padded)
    {
        _rows = rows;
        _active = [.. rows];
        _endOfTurn = model.Config.Tokens.EndOfTurn;
        _endOfText = model.Config.Tokens.EndOfText;
        _device = model.Device;
        _padded = padded;
        _cache = cache;
        _hidden = hidden;
        _isPrompt = isPrompt;
        _uniform = new float[rows.Length];
        _positions = new long[3 * rows.Length];
    }

    /// <summary>Reads the prompts, once each, and makes a row for each sample of each request.</summary>
    /// <param name="maxPromptTokens">Prompt tokens, padding included, that are read in one forward pass.</param>
    public static DecodingBatch Prefill(QwenModel model, IReadOnlyList<RolloutRequest> requests, int maxPromptTokens)
    {
        int width = requests.Max(request => request.Prompt.Length);
        KvCache cache = model.NewCache(requests.Sum(request => request.Streams.Count), width + RoomStep);
        var rows = new List<Row>();
        var last = new List<Tensor>(); // Each [rows of its part, hidden]
        int firstRequest = 0;
        foreach (RolloutRequest[] part in requests.Chunk(Math.Max(1, maxPromptTokens / width)))
        {
            ProcessedImage[] images = [.. part.SelectMany(request => request.Images).Distinct()];
            using ImageFeatures? features = images.Length == 0 ? null : model.EncodeImages(images);
            using SequenceBatch prompts = SequenceBatch.Of(
                model.Config,
                [
                    .. part.Select(request => new TokenSequence(
                        request.Prompt, [.. request.Images.Select(image => Array.IndexOf(images, image))])),
                ],
                features,
                PaddingSide.Left,
                model.Device,
                leastWidth: width);
            using KvCache read = model.NewCache(part.Length, width);
            using Tensor hidden = model.Forward(prompts, features, read); // [part, width, hidden]
            using Tensor final = hidden.select(1, width - 1);
            using Tensor requestOfRow = tensor(
                part.SelectMany((request, i) => Enumerable.Repeat((long)i, request.Streams.Count)).ToArray(),
                device: model.Device);
            cache.Take(rows.Count, read, requestOfRow);
            last.Add(final.index_select(0, requestOfRow));
            rows.AddRange(part.SelectMany((request, i) => request.Streams.Select((stream, sample) =>
                new Row(firstRequest + i, sample, stream, request.MaxTokens, prompts.NextPositions[i]))));
            firstRequest += part.Length;
        }
        using Tensor place = UpTo(width, model.Device);
        using Tensor firstReal = tensor(
            rows.Select(row => (long)(width - requests[row.Request].Prompt.Length)).ToArray(),
            [rows.Count, 1],
            device: model.Device);
        return new DecodingBatch(
            [.. rows],
            model,
            cache,
            cat(last).DetachFromDisposeScope(),
            place.ge(firstReal).DetachFromDisposeScope(),
            padded: requests.Any(request => request.Prompt.Length != width));
    }

    /// <summary>Draws a token for every row at work. False when none is left.</summary>
    public bool Advance(QwenModel model, TokenSampler sampler, Action<Row, int> onToken)
    {
        using DisposeScope scope = NewDisposeScope();
        if (sampler.IsRandom)
        {
            for (int i = 0; i < _active.Count; i++)
            {
                // Rows that have finished but not left yet draw nothing.
                _uniform[i] = _active[i].IsFinished ? 0 : _active[i].Stream.NextSingle();
            }
        }
        Tensor uniform = tensor(_uniform, [_active.Count, 1], device: _device);
        (Tensor tokens, Tensor measured) = sampler.Draw(model.Logits(_hidden), uniform);
        Record(measured, onToken);
        int atWork = _active.Count(row => !row.IsFinished);
        if (atWork == 0)
        {
            return false;
        }
        if (atWork < WorthLeaving * _active.Count)
        {
            tokens = Leave(tokens);
        }
        else if (_cache.Length == _cache.Capacity)
        {
            using Tensor all = UpTo(_active.Count, _device);
            Replace(_cache.Select(all, CapacityForMore()));
        }
        Tensor next = model.Forward(tokens.unsqueeze(1), Positions(), Mask(), _cache); // [B, 1, hidden]
        _hidden.Dispose();
        _hidden = next.squeeze(1).DetachFromDisposeScope();
        return true;
    }

    /// <summary>[requests][samples]</summary>
    public Generation[][] Generations() =>
        [.. _rows.GroupBy(row => row.Request).OrderBy(group => group.Key)
            .Select(group => group.Select(row => row.ToGeneration()).ToArray())];

    public void Dispose()
    {
        _cache.Dispose();
        _hidden.Dispose();
        _isPrompt.Dispose();
    }

    // measured: [3 or 4, B], one transfer from the device.
    private void Record(Tensor measured, Action<Row, int> onToken)
    {
        using Tensor host = measured.cpu();
        float[] flat = host.data<float>().ToArray();
        int count = _active.Count;
        bool hasSelfCertainty = flat.Length == 4 * count;
        for (int i = 0; i < count; i++)
        {
            Row row = _active[i];
            if (!row.IsFinished)
            {
                int token = (int)flat[i];
                bool stops = token == _endOfTurn || token == _endOfText;
                float? selfCertainty = hasSelfCertainty ? flat[(3 * count) + i] : null;
                row.Add(token, flat[count + i], flat[(2 * count) + i], selfCertainty, stops);
                onToken(row, token);
            }
        }
    }

    // Keeps the rows at work alone.
    private Tensor Leave(Tensor tokens)
    {
        long[] kept = [.. Enumerable.Range(0, _active.Count).Where(i => !_active[i].IsFinished).Select(i => (long)i)];
        Tensor rows = tensor(kept, device: _device);
        _active = [.. _active.Where(row => !row.IsFinished)];
        _uniform = new float[_active.Count];
        _positions = new long[3 * _active.Count];
        Replace(_cache.Select(rows, CapacityForMore()));
        Tensor isPrompt = _isPrompt.index_select(0, rows).DetachFromDisposeScope();
        _isPrompt.Dispose();
        _isPrompt = isPrompt;
        return tokens.index_select(0, rows);
    }

    // 0, 1, … count − 1; torch's own arange takes temporary scalars.
    private static Tensor UpTo(int count, Device device) =>
        tensor(Enumerable.Range(0, count).Select(i => (long)i).ToArray(), device: device);

    private int CapacityForMore() =>
        _cache.Length < _cache.Capacity ? _cache.Capacity : _cache.Capacity + RoomStep;

    private void Replace(KvCache cache)
    {
        _cache.Dispose();
        _cache = cache;
    }

    // [3, B, 1]: text moves on all three axes together.
    private Tensor Positions()
    {
        int count = _active.Count;
        for (int i = 0; i < count; i++)
        {
            _positions[i] = _positions[count + i] = _positions[(2 * count) + i] = _active[i].NextPosition++;
        }
        return tensor(_positions, [3, count, 1], device: _device);
    }

    // Bool [B, 1, 1, held + 1]: everything but the padding before short prompts.
    private Tensor? Mask()
    {
        if (!_padded)
        {
            return null;
        }
        long generated = _cache.Length + 1 - _isPrompt.shape[1];
        Tensor real = ones([_active.Count, generated], ScalarType.Bool, _device);
        return cat([_isPrompt, real], 1).unsqueeze(1).unsqueeze(1);
    }

    /// <summary>A sequence and what it has drawn so far.</summary>
    internal sealed class Row(int request, int sample, Random stream, int maxTokens, int nextPosition)
    {
        private readonly List<int> _tokens = [];
        private readonly List<float> _logProbs = [];
        private readonly List<float> _entropies = [];
        private readonly List<float> _selfCertainties = [];
        private bool _stopped;

        public int Request { get; } = request;

        public int Sample { get; } = sample;

        public Random Stream { get; } = stream;

        public int NextPosition { get; set; } = nextPosition;

        public bool IsFinished => _stopped || _tokens.Count >= maxTokens;

        public void Add(int token, float logProb, float entropy, float? selfCertainty, bool stops)
        {
            _tokens.Add(token);
            _logProbs.Add(logProb);
            _entropies.Add(entropy);
            if (selfCertainty is float value)
            {
                _selfCertainties.Add(value);
            }
            _stopped = stops;
        }

        public Generation ToGeneration() =>
            new([.. _tokens], [.. _logProbs], [.. _entropies], [.. _selfCertainties], _stopped);
    }
}
