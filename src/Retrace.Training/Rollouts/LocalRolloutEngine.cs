using System.Diagnostics;
using Retrace.Configuration;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>Generates with the model in this process.</summary>
/// <remarks>
/// An image's features are computed once for all requests that show it, and a prompt's keys and values once for all its
/// samples. Batching is continuous: finished sequences leave the batch, and waiting ones join it.
/// </remarks>
/// <param name="network">The policy; it may be trained between calls.</param>
/// <param name="maxBatchSequences">Maximum number of sequences that are decoded together.</param>
/// <param name="maxPrefillTokens">Maximum number of prompt tokens in one forward pass.</param>
public sealed class LocalRolloutEngine(
    VisionLanguageNetwork network, int maxBatchSequences, int maxPrefillTokens = 16384) : IRolloutEngine
{
    // Waiting requests join only when this share of the batch is free, because each prefill is a forward pass.
    private const double WorthJoining = 0.2;

    private PortionTimes _steps = new(); // Of decoding, by their number of sequences.
    private bool _isFull;

    /// <summary>Creates an engine with the limits of a run's settings.</summary>
    public LocalRolloutEngine(VisionLanguageNetwork network, RolloutSettings settings)
        : this(network, settings.SequencesAtOnce, settings.PromptTokensAtOnce)
    {
    }

    /// <summary>Generates every request's samples.</summary>
    /// <param name="onToken">Called with (request, sample, token) for each sampled token.</param>
    /// <returns>[requests][samples], in the requests' order.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests,
        SamplingSettings sampling,
        CancellationToken cancellation,
        Action<int, int, int>? onToken = null)
    {
        using var inference = inference_mode();
        using var sampler = new TokenSampler(sampling, network.Config.Tokens.Stops, network.Device);
        using DisposeScope scope = NewDisposeScope();
        // Sorted by length, so that prompts prefilled together need little padding.
        var waiting = new Queue<RolloutPart>(Parts(requests).OrderBy(part => part.Request.Prompt.Length));
        int asked = requests.Sum(request => request.Streams.Count);
        _isFull |= asked > maxBatchSequences;
        using var imageFeatures = new SharedImageFeatures(network, waiting);
        using Decoding decoding = network.BeginDecoding(
            Math.Min(asked, maxBatchSequences),
            requests.Select(request => request.MaxTokens).DefaultIfEmpty().Max());
        using var batch = new DecodingBatch(network, decoding, imageFeatures, sampler, onToken);
        List<DecodedSequence> sequences = [];
        bool goesOn;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            int before = sequences.Count;
            int room = maxBatchSequences - batch.Rows;
            while (Joining(waiting, room, batch.Rows == 0) is { Count: > 0 } joining)
            {
                sequences.AddRange(batch.Join(joining));
                room = maxBatchSequences - batch.Rows;
            }
            long start = Stopwatch.GetTimestamp();
            goesOn = batch.Advance();
            // A device may still be at work on the prompts that have just joined, which is no part of a decoding step.
            if (goesOn && sequences.Count == before)
            {
                _steps.Add(batch.Rows, Stopwatch.GetElapsedTime(start));
            }
        }
        while (goesOn || waiting.Count > 0);
        Generation[][] generations = [.. requests.Select(request => new Generation[request.Streams.Count])];
        foreach (DecodedSequence sequence in sequences)
        {
            generations[sequence.Request][sequence.Sample] = sequence.ToGeneration();
        }
        return generations;
    }

    Generation[][] IRolloutEngine.Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation) =>
        Generate(requests, sampling, cancellation);

    void IRolloutEngine.UsePolicy(int version, CancellationToken cancellation)
    {
        // The network is the policy itself, so there is nothing to load.
    }

    RolloutIncidents? IRolloutEngine.TakeIncidents() => null;

    RolloutLoad? IRolloutEngine.TakeLoad() => new(TakeDecodingLoad(), Servers: null);

    /// <summary>The load of decoding since the previous call; null where nothing was decoded.</summary>
    internal DecodingLoad? TakeDecodingLoad()
    {
        DecodingLoad? load = _steps.MeanSize is double sequences
            ? new DecodingLoad(sequences, _steps.FixedShare, _isFull)
            : null;
        _steps = new PortionTimes();
        _isFull = false;
        return load;
    }

    // The next requests that fit into the batch and can be prefilled in one forward pass.
    private List<RolloutPart> Joining(Queue<RolloutPart> waiting, int room, bool isIdle)
    {
        var joining = new List<RolloutPart>();
        if (!isIdle && room < WorthJoining * maxBatchSequences)
        {
            return joining;
        }
        while (waiting.TryPeek(out RolloutPart? next)
            && next.Request.Streams.Count <= room
            && (joining.Count == 0 || (joining.Count + 1) * next.Request.Prompt.Length <= maxPrefillTokens))
        {
            joining.Add(waiting.Dequeue());
            room -= next.Request.Streams.Count;
        }
        return joining;
    }

    // A request with more samples than the batch holds is split; one without samples is dropped.
    private IEnumerable<RolloutPart> Parts(IReadOnlyList<RolloutRequest> requests) =>
        requests.SelectMany((request, i) => request.Streams
            .Chunk(maxBatchSequences)
            .Select((streams, part) =>
                new RolloutPart(i, part * maxBatchSequences, request with { Streams = streams })));
}
