namespace Retrace.Training.Rollouts;

/// <summary>One sample of a <see cref="RolloutRequest"/>, under the distribution at the sampling temperature.</summary>
/// <param name="Tokens">[T] ids, the stop token included where the sample came to one.</param>
/// <param name="LogProbs">[T] ln p of each token.</param>
/// <param name="Entropies">[T] entropy of the distribution that each token was drawn from, in nats.</param>
/// <param name="SelfCertainties">
/// [T] KL from the uniform distribution to each of these, in nats; empty where it was not asked for.
/// </param>
/// <param name="Stopped">Whether it came to a stop token rather than to the limit.</param>
public sealed record Generation(
    int[] Tokens, float[] LogProbs, float[] Entropies, float[] SelfCertainties, bool Stopped)
{
    /// <summary>
    /// [T] ln p of each token as the server that drew it says, where <see cref="LogProbs"/> are the policy's own; null
    /// where the policy itself drew, or the server did not say.
    /// </summary>
    public float[]? ServerLogProbs { get; init; }

    /// <summary>Tokens without the stop token.</summary>
    public int ContentLength => Stopped ? Tokens.Length - 1 : Tokens.Length;

    /// <summary>The ids without the stop token.</summary>
    public ReadOnlySpan<int> Content => Tokens.AsSpan(0, ContentLength);
}
