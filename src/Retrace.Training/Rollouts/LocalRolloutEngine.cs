using Retrace.Models.Qwen;
using Retrace.Training.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>Generates with the model in this process.</summary>
/// <remarks>
/// What can be shared is computed once: an image's features for all requests that show it, a prompt's keys and values for
/// all its samples. Sequences that have stopped leave the batch.
/// </remarks>
/// <param name="model">The policy; it may be trained between calls.</param>
/// <param name="maxBatchSequences">How many sequences are generated side by side at most.</param>
/// <param name="maxPrefillTokens">How many tokens of their prompts are read in one forward pass at most.</param>
public sealed class LocalRolloutEngine(QwenModel model, int maxBatchSequences, int maxPrefillTokens = 16384)
    : IRolloutEngine
{
    /// <summary>With the bounds that a run's settings give.</summary>
    public LocalRolloutEngine(QwenModel model, RolloutSettings settings)
        : this(model, settings.MaxBatchSequences, settings.PrefillTokens)
    {
    }

    /// <summary>Draws every request's samples.</summary>
    /// <param name="onToken">Called with (request, sample, token) as tokens are drawn.</param>
    /// <returns>[requests][samples], in the requests' order.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests,
        SamplingSettings sampling,
        CancellationToken cancellation,
        Action<int, int, int>? onToken = null)
    {
        using var noGrad = no_grad();
        using var sampler = new TokenSampler(sampling);
        Generation[][] generations = [.. requests.Select(request => new Generation[request.Streams.Count])];
        foreach (Slice[] batch in Batches(requests))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using DecodingBatch decoding =
                DecodingBatch.Prefill(model, [.. batch.Select(slice => slice.Part)], maxPrefillTokens);
            while (decoding.Advance(model, sampler, OnToken))
            {
                cancellation.ThrowIfCancellationRequested();
            }
            foreach ((Slice slice, Generation[] done) in batch.Zip(decoding.Generations()))
            {
                done.CopyTo(generations[slice.Request], slice.FirstSample);
            }

            void OnToken(DecodingBatch.Row row, int token)
            {
                Slice slice = batch[row.Request];
                onToken?.Invoke(slice.Request, slice.FirstSample + row.Sample, token);
            }
        }
        return generations;
    }

    Generation[][] IRolloutEngine.Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation) =>
        Generate(requests, sampling, cancellation);

    void IRolloutEngine.UsePolicy(int version, CancellationToken cancellation)
    {
        // It draws with the weights as they are.
    }

    RolloutIncidents? IRolloutEngine.TakeIncidents() => null;

    // Requests of like length share a batch, so that little is padded.
    private IEnumerable<Slice[]> Batches(IReadOnlyList<RolloutRequest> requests)
    {
        var batch = new List<Slice>();
        int sequences = 0;
        foreach (Slice slice in Slices(requests).OrderBy(slice => slice.Part.Prompt.Length))
        {
            int samples = slice.Part.Streams.Count;
            if (batch.Count > 0 && sequences + samples > maxBatchSequences)
            {
                yield return [.. batch];
                batch.Clear();
                sequences = 0;
            }
            batch.Add(slice);
            sequences += samples;
        }
        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    // A request of more samples than go side by side takes several batches.
    private IEnumerable<Slice> Slices(IReadOnlyList<RolloutRequest> requests) =>
        requests.SelectMany((request, i) => request.Streams
            .Chunk(maxBatchSequences)
            .Select((streams, part) => new Slice(i, part * maxBatchSequences, request with { Streams = streams })));

    /// <summary>Those of a request's samples that are drawn in one batch.</summary>
    private sealed record Slice(int Request, int FirstSample, RolloutRequest Part);
}
