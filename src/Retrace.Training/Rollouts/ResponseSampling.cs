using Retrace.Configuration;

namespace Retrace.Training.Rollouts;

/// <summary>How whole responses are sampled.</summary>
/// <param name="Samples">Number of responses to each prompt.</param>
/// <param name="Temperature">The divisor of logits; 0 takes the most likely token.</param>
/// <param name="TopP">As in <see cref="SamplingSettings"/>.</param>
/// <param name="MaxResponseTokens">Maximum number of tokens in a response, the stop token included.</param>
/// <param name="Seed">The seed of the random streams.</param>
public sealed record ResponseSampling(
    int Samples, double Temperature, double TopP, int MaxResponseTokens, long Seed)
{
    /// <summary>The sampling of a configuration's evaluations.</summary>
    public static ResponseSampling OfEvaluation(RunConfiguration configuration) => new(
        configuration.Evaluation.Samples,
        configuration.Evaluation.Temperature,
        configuration.Rollout.TopP,
        configuration.Rollout.MaxResponseTokens,
        configuration.Seed);
}
