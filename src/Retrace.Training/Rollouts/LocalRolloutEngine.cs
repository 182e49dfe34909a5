using Retrace.Configuration;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>Generates with the model in this process.</summary>
/// <remarks>
/// What can be shared is computed once: an image's features for all requests that show it, a prompt's keys and values for
/// all its samples. Sequences that have stopped leave the batch, and waiting ones join it.
/// </remarks>
/// <param name="network">The policy; it may be trained between calls.</param>
/// <param name="maxBatchSequences">How many sequences are generated side by side at most.</param>
/// <param name="maxPrefillTokens">How many tokens of prompts are prefilled in one forward pass at most.</param>
public sealed class LocalRolloutEngine(
    VisionLanguageNetwork network, int maxBatchSequences, int maxPrefillTokens = 16384) : IRolloutEngine
{
    // Waiting requests join when this share of the batch is free: each prefill is a forward pass.
    private const double WorthJoining = 0.2;

    /// <summary>With the bounds that a run's settings give.</summary>
    public LocalRolloutEngine(VisionLanguageNetwork network, RolloutSettings settings)
        : this(network, settings.MaxBatchSequences, settings.PrefillTokens)
    {
    }

    /// <summary>Generates every request's samples.</summary>
    /// <param name="onToken">Called with (request, sample, token) as tokens are sampled.</param>
    /// <returns>[requests][samples], in the requests' order.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests,
        SamplingSettings sampling,
        CancellationToken cancellation,
        Action<int, int, int>? onToken = null)
    {
        using var inference = inference_mode();
        using var sampler = new TokenSampler(sampling, network.Config.Tokens.Stops, network.Device);
        using DisposeScope scope = NewDisposeScope();
        // Requests of like length are prefilled together, so that little is padded.
        var waiting = new Queue<RolloutPart>(Parts(requests).OrderBy(part => part.Request.Prompt.Length));
        using var imageFeatures = new SharedImageFeatures(network, waiting);
        using var decoding = new DecodingBatch(network, imageFeatures, sampler, onToken);
        List<DecodedSequence> sequences = [];
        do
        {
            cancellation.ThrowIfCancellationRequested();
            int room = maxBatchSequences - decoding.Rows;
            while (Joining(waiting, room, decoding.Rows == 0) is { Count: > 0 } joining)
            {
                sequences.AddRange(decoding.Join(joining));
                room = maxBatchSequences - decoding.Rows;
            }
        }
        while (decoding.Advance() || waiting.Count > 0);
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
        // It samples with the weights as they are.
    }

    RolloutIncidents? IRolloutEngine.TakeIncidents() => null;

    // Those at the head of the queue that fit into the room and can be prefilled in one forward pass.
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

    // A request of more samples than go side by side takes its turn several times; one of none takes none.
    private IEnumerable<RolloutPart> Parts(IReadOnlyList<RolloutRequest> requests) =>
        requests.SelectMany((request, i) => request.Streams
            .Chunk(maxBatchSequences)
            .Select((streams, part) =>
                new RolloutPart(i, part * maxBatchSequences, request with { Streams = streams })));
}
