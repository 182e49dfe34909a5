using Retrace.Models.Images;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>A response in its place behind a prompt.</summary>
/// <param name="Prompt">
/// Token ids, image tokens expanded; at least one. The same object, with the same images, for responses to the same
/// prompt, which is then computed once for several of them.
/// </param>
/// <param name="Response">Token ids.</param>
/// <param name="Images">The prompt's images; the same object for the same image, which is then encoded once.</param>
public sealed record PromptedResponse(int[] Prompt, int[] Response, IReadOnlyList<ProcessedImage> Images)
{
    /// <summary>Tokens of both.</summary>
    public int Length => Prompt.Length + Response.Length;

    /// <summary>
    /// What the model says about the response tokens of all of these, one response after another, each in a row of its
    /// own.
    /// </summary>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    /// <param name="entropies">Whether these are wanted, too.</param>
    public static TokenPredictions Predict(
        VisionLanguageNetwork model,
        IReadOnlyList<PromptedResponse> responses,
        double temperature = 1.0,
        bool entropies = false) =>
        InRows(responses).Predict(model, temperature, entropies);

    /// <summary>The same with images that have been encoded.</summary>
    /// <param name="images">The images of all the responses, each once.</param>
    /// <param name="features">The features of these images.</param>
    internal static TokenPredictions Predict(
        VisionLanguageNetwork model,
        IReadOnlyList<PromptedResponse> responses,
        ProcessedImage[] images,
        ImageFeatures? features,
        double temperature) =>
        InRows(responses).Predict(model, images, features, temperature);

    /// <summary>ln p of the response tokens, without gradients, however many responses there are.</summary>
    /// <param name="maxTokens">The most tokens of a forward pass, as in <see cref="MicroBatch.Of"/>.</param>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    /// <returns>[responses][T]</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
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
            using Tensor host = predictions.LogProbs.cpu();
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
