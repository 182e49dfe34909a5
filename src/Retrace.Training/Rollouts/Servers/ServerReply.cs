namespace Retrace.Training.Rollouts.Servers;

/// <summary>What a server answered to a <see cref="RolloutJob"/>.</summary>
/// <param name="Samples">In the order of their seeds.</param>
/// <param name="PromptTokens">Length of the prompt as the server read it; null where it does not say.</param>
/// <param name="WeightVersion">The label of the weights that drew; null where it does not say.</param>
internal sealed record ServerReply(IReadOnlyList<DrawnSample> Samples, int? PromptTokens, string? WeightVersion);

/// <summary>A sample as a server reports it.</summary>
/// <param name="Text">Without special tokens; null where the server does not give it.</param>
/// <param name="Tokens">Ids; null where the server does not give them.</param>
/// <param name="LogProbs">ln p of each token; null where the server does not give them.</param>
/// <param name="Stopped">Whether the model ended it.</param>
internal sealed record DrawnSample(string? Text, int[]? Tokens, float[]? LogProbs, bool Stopped);

/// <summary>A server did not do what it was asked to; another may.</summary>
internal sealed class ServerFaultException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the server may be another process than before, with other weights.</summary>
    public bool LostWeights { get; init; }

    /// <summary>Whether the server found the request wrong, so that it need not be given it again.</summary>
    public bool Refused { get; init; }
}
