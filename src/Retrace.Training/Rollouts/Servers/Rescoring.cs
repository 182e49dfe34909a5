using Retrace.Models.Native;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Scores responses that a server sampled with the policy in this process.</summary>
internal static class Rescoring
{
    /// <summary>Adds log-probabilities and entropies under the current policy to the generations.</summary>
    /// <param name="prompts">[N] The request that each generation answers.</param>
    /// <param name="generations">[N]</param>
    /// <param name="maxTokens">Maximum number of tokens in a forward pass.</param>
    /// <param name="temperature">The divisor of logits, as in sampling.</param>
    public static Generation[] Measure(
        VisionLanguageNetwork policy,
        IReadOnlyList<RolloutRequest> prompts,
        IReadOnlyList<Generation> generations,
        int maxTokens,
        double temperature,
        CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        PromptedResponse[] responses =
        [
            .. prompts.Zip(generations, (request, one) =>
                new PromptedResponse(request.Prompt, one.Tokens, request.Images)),
        ];
        Generation[] measured = [.. generations];
        foreach (MicroBatch microBatch in MicroBatch.Of(responses, policy.Config.Text, maxTokens))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            TokenPredictions predictions = microBatch.Predict(policy, temperature, entropies: true);
            Tensor both = HostCopy.Of(stack([predictions.LogProbs, predictions.Entropies!])); // [2, tokens]
            float[] flat = both.data<float>().ToArray();
            int count = flat.Length / 2;
            int start = 0;
            foreach (int i in microBatch.Places)
            {
                int length = responses[i].Response.Length;
                measured[i] = measured[i] with
                {
                    LogProbs = flat[start..(start + length)],
                    Entropies = flat[(count + start)..(count + start + length)],
                };
                start += length;
            }
        }
        return measured;
    }
}
