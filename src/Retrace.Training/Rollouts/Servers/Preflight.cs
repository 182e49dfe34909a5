using System.Globalization;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// Compares log-probabilities of a few samples as the servers and as this process compute them, before a run learns from
/// what they sample. Another model, chat template or image size shows at once, and would not show in the run: truncated
/// importance sampling would only weigh it down.
/// </summary>
internal static class Preflight
{
    /// <summary>The prompts that are compared.</summary>
    public const int Prompts = 4;

    /// <summary>The most tokens of a sample.</summary>
    public const int MaxTokens = 32;

    /// <summary>
    /// How far the two may be apart, in nats, as the mean over the tokens. Kernels of bf16 on different devices differ
    /// by a fifth of that; weights rounded from fp32 to bf16, of a small model, by more.
    /// </summary>
    public const double Allowed = 0.05;

    /// <summary>Samples a response to each prompt and compares; servers that report no numbers pass.</summary>
    /// <param name="engine">Generates on the servers, which have the policy.</param>
    /// <param name="requests">A few prompts, one sample each.</param>
    /// <param name="temperature">As in the run.</param>
    /// <exception cref="BadInputException">They are further apart than allowed.</exception>
    /// <exception cref="RolloutFailedException">No server is left that could generate.</exception>
    public static void Check(
        IRolloutEngine engine,
        IReadOnlyList<RolloutRequest> requests,
        double temperature,
        CancellationToken cancellation) =>
        Compare(engine.Generate(requests, new SamplingSettings(temperature), cancellation).SelectMany(samples => samples));

    /// <summary>Compares the two log-probabilities of each token.</summary>
    /// <exception cref="BadInputException">They are further apart than allowed.</exception>
    internal static void Compare(IEnumerable<Generation> samples)
    {
        (float Here, float There)[] tokens =
        [
            .. samples.Where(sample => sample.ServerLogProbs is not null)
                .SelectMany(sample => sample.LogProbs.Zip(sample.ServerLogProbs!)),
        ];
        if (tokens.Length == 0)
        {
            return;
        }
        double apart = tokens.Average(token => Math.Abs((double)token.Here - token.There));
        if (!(apart <= Allowed))
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The servers of rollout.servers compute another policy than this process: of {tokens.Length} tokens that "
                + $"they sampled, the mean log-probability is {tokens.Average(token => (double)token.There):0.0000} there "
                + $"and {tokens.Average(token => (double)token.Here):0.0000} here, {apart:0.0000} apart in the mean, "
                + $"where {Allowed} is allowed; they should serve this run's model, with its chat template and image "
                + $"settings, in the type of model.dtype."));
        }
    }
}
