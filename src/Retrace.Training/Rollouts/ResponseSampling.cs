using Retrace.Configuration;

namespace Retrace.Training.Rollouts;

/// <summary>How whole responses are sampled.</summary>
/// <param name="Samples">Responses for each prompt.</param>
/// <param name="Temperature">0 takes the likeliest token.</param>
/// <param name="TopP">As in <see cref="SamplingSettings"/>.</param>
/// <param name="MaxResponseTokens">Longest response, the stop token included.</param>
/// <param name="Seed">The same seed draws the same random numbers.</param>
public sealed record ResponseSampling(
    int Samples, double Temperature, double TopP, int MaxResponseTokens, long Seed)
{
    /// <summary>As a configuration's evaluations do.</summary>
    public static ResponseSampling OfEvaluation(RunConfiguration configuration) => new(
        configuration.Evaluation.Samples,
        configuration.Evaluation.Temperature,
        configuration.Rollout.TopP,
        configuration.Rollout.MaxResponseTokens,
        configuration.Seed);
}
