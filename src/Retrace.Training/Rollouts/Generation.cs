namespace Retrace.Training.Rollouts;

/// <summary>One sample of a <see cref="RolloutRequest"/>, under the distribution at the sampling temperature.</summary>
/// <param name="Tokens">[T] Token ids, including the stop token if there is one.</param>
/// <param name="LogProbs">[T] ln p of each token under the policy.</param>
/// <param name="Entropies">[T] Entropy of the distribution that each token was sampled from, in nats.</param>
/// <param name="SelfCertainties">
/// [T] KL divergence from the uniform distribution to that of each token, in nats; empty unless requested.
/// </param>
/// <param name="Stopped">Whether a stop token ended the sample, not the maximum length.</param>
public sealed record Generation(
    int[] Tokens, float[] LogProbs, float[] Entropies, float[] SelfCertainties, bool Stopped)
{
    /// <summary>
    /// [T] ln p of each token as reported by the server that sampled it, beside the policy's own
    /// <see cref="LogProbs"/>; null if the policy itself sampled, or the server did not report it.
    /// </summary>
    public float[]? ServerLogProbs { get; init; }

    /// <summary>
    /// [T] minus the mean log-probability of the k likeliest tokens at each place, in nats; empty unless requested.
    /// </summary>
    public float[] Confidences { get; init; } = [];

    /// <summary>Number of tokens without the stop token.</summary>
    public int ContentLength => Stopped ? Tokens.Length - 1 : Tokens.Length;

    /// <summary>The token ids without the stop token.</summary>
    public ReadOnlySpan<int> Content => Tokens.AsSpan(0, ContentLength);
}
