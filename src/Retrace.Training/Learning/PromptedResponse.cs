using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>A response and the prompt that it answers.</summary>
/// <param name="Prompt">
/// Token ids, image tokens expanded; at least one. Responses to the same prompt should share this object and the
/// images, so that the prompt is computed once for several of them.
/// </param>
/// <param name="Response">Token ids of the response.</param>
/// <param name="Images">
/// The prompt's images. The same image should be the same object, so that it is encoded once.
/// </param>
public sealed record PromptedResponse(int[] Prompt, int[] Response, IReadOnlyList<ProcessedImage> Images)
{
    /// <summary>Number of tokens of prompt and response.</summary>
    public int Length => Prompt.Length + Response.Length;

    /// <summary>
    /// Runs the model and predicts the response tokens, one response after another, with a row for each response.
    /// </summary>
    /// <param name="temperature">The divisor of logits, as in sampling.</param>
    /// <param name="entropies">Whether to compute entropies too.</param>
    public static TokenPredictions Predict(
        VisionLanguageNetwork model,
        IReadOnlyList<PromptedResponse> responses,
        double temperature = 1.0,
        bool entropies = false) =>
        InRows(responses).Predict(model, temperature, entropies);

    /// <summary>Predicts with images that are already encoded.</summary>
    /// <param name="images">The distinct images of the responses.</param>
    /// <param name="features">The features of the images.</param>
    internal static TokenPredictions Predict(
        VisionLanguageNetwork model,
        IReadOnlyList<PromptedResponse> responses,
        ProcessedImage[] images,
        ImageFeatures? features,
        double temperature) =>
        InRows(responses).Predict(model, images, features, temperature);

    /// <summary>Computes ln p of the response tokens in micro-batches, without gradients.</summary>
    /// <param name="maxTokens">Maximum number of tokens in a forward pass, as in <see cref="MicroBatch.Of"/>.</param>
    /// <param name="temperature">The divisor of logits, as in sampling.</param>
    /// <returns>[responses][T]</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public static float[][] LogProbs(
        VisionLanguageNetwork model,
        IReadOnlyList<PromptedResponse> responses,
        int maxTokens,
        double temperature,
        CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        float[][] logProbs = new float[responses.Count][];
        foreach (MicroBatch microBatch in MicroBatch.Of(responses, model.Config.Text, maxTokens))
        {
            cancellation.ThrowIfCancellationRequested();
            using TokenPredictions predictions = microBatch.Predict(model, temperature);
            using Tensor host = HostCopy.Of(predictions.LogProbs);
            ReadOnlySpan<float> flat = host.data<float>().ToArray();
            foreach (int i in microBatch.Places)
            {
                logProbs[i] = flat[..responses[i].Response.Length].ToArray();
                flat = flat[responses[i].Response.Length..];
            }
        }
        return logProbs;
    }

    private static MicroBatch InRows(IReadOnlyList<PromptedResponse> responses) =>
        new(responses, [.. Enumerable.Range(0, responses.Count).Select(i => (int[])[i])]);
}
