using Retrace.Models.Images;
using Retrace.Models.Qwen;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>A response in its place behind a prompt.</summary>
/// <param name="Prompt">Token ids, image tokens expanded; at least one.</param>
/// <param name="Response">Token ids.</param>
/// <param name="Images">The prompt's images; the same object for the same image, which is then encoded once.</param>
public sealed record PromptedResponse(int[] Prompt, int[] Response, IReadOnlyList<ProcessedImage> Images)
{
    /// <summary>Tokens of both.</summary>
    public int Length => Prompt.Length + Response.Length;

    /// <summary>What the model says about the response tokens of all of these, one response after another.</summary>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    public static TokenPredictions Predict(
        QwenModel model, IReadOnlyList<PromptedResponse> responses, double temperature = 1.0)
    {
        ProcessedImage[] images = [.. responses.SelectMany(response => response.Images).Distinct()];
        using ImageFeatures? features = images.Length == 0 ? null : model.EncodeImages(images);
        return Predict(model, responses, images, features, temperature);
    }

    /// <summary>The same with images that have been encoded.</summary>
    /// <param name="images">Those of all the responses, each once.</param>
    /// <param name="features">Theirs.</param>
    internal static TokenPredictions Predict(
        QwenModel model,
        IReadOnlyList<PromptedResponse> responses,
        ProcessedImage[] images,
        ImageFeatures? features,
        double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenSequence[] sequences =
        [
            .. responses.Select(response => new TokenSequence(
                [.. response.Prompt, .. response.Response],
                [.. response.Images.Select(image => Array.IndexOf(images, image))])),
        ];
        SequenceBatch batch = SequenceBatch.Of(model.Config, sequences, features, PaddingSide.Right, model.Device);
        Tensor hidden = model.Forward(batch, features); // [B, T, hidden]
        long width = hidden.shape[1];
        long[] places =
        [
            .. responses.SelectMany((response, row) => Enumerable.Range(0, response.Response.Length)
                .Select(i => (row * width) + response.Prompt.Length - 1 + i)),
        ];
        long[] targets = [.. responses.SelectMany(response => response.Response).Select(id => (long)id)];
        TokenPredictions predictions = TokenPredictions.Of(
            model,
            hidden,
            tensor(places, device: model.Device),
            tensor(targets, device: model.Device),
            temperature);
        return new TokenPredictions(
            predictions.LogProbs.MoveToOuterDisposeScope(), predictions.Entropies.MoveToOuterDisposeScope());
    }

    /// <summary>ln p of the response tokens, without gradients, however many responses there are.</summary>
    /// <param name="maxTokens">The most tokens of a forward pass, as in <see cref="MicroBatches"/>.</param>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    /// <returns>[responses][T]</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static float[][] LogProbs(
        QwenModel model,
        IReadOnlyList<PromptedResponse> responses,
        int maxTokens,
        double temperature,
        CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        float[][] logProbs = new float[responses.Count][];
        foreach (int[] microBatch in MicroBatches(responses, maxTokens))
        {
            cancellation.ThrowIfCancellationRequested();
            using TokenPredictions predictions = Predict(model, [.. microBatch.Select(i => responses[i])], temperature);
            using Tensor host = predictions.LogProbs.cpu();
            ReadOnlySpan<float> flat = host.data<float>().ToArray();
            foreach (int i in microBatch)
            {
                logProbs[i] = flat[..responses[i].Response.Length].ToArray();
                flat = flat[responses[i].Response.Length..];
            }
        }
        return logProbs;
    }

    /// <summary>Puts as many as fit into each batch of padded sequences, those of like length together.</summary>
    /// <param name="maxTokens">The most tokens of a batch, padding included; a longer sequence has a batch for itself.</param>
    /// <returns>Indices, batch by batch.</returns>
    public static IEnumerable<int[]> MicroBatches(IReadOnlyList<PromptedResponse> responses, int maxTokens)
    {
        var batch = new List<int>();
        // Ascending, so that the one being added is the longest and decides the width.
        foreach (int i in Enumerable.Range(0, responses.Count).OrderBy(i => responses[i].Length))
        {
            if (batch.Count > 0 && (long)(batch.Count + 1) * responses[i].Length > maxTokens)
            {
                yield return [.. batch];
                batch.Clear();
            }
            batch.Add(i);
        }
        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }
}
