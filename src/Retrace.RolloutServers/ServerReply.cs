namespace Retrace.RolloutServers;

/// <summary>What a server answered to a <see cref="ServerRequest"/>.</summary>
/// <param name="Samples">Samples in the order of their seeds.</param>
/// <param name="PromptTokens">Number of prompt tokens that the server counted; null if it does not say.</param>
/// <param name="WeightVersion">The label of the weights that sampled; null if the server does not say.</param>
internal sealed record ServerReply(IReadOnlyList<ReportedSample> Samples, int? PromptTokens, string? WeightVersion);

/// <summary>A sample as a server reports it, not yet checked.</summary>
/// <param name="Text">Text without special tokens; null if the server does not report it.</param>
/// <param name="Tokens">Token ids; null if the server does not report them.</param>
/// <param name="LogProbs">ln p of each token; null if the server does not report it.</param>
/// <param name="Stopped">Whether a stop token ended the sample.</param>
internal sealed record ReportedSample(string? Text, int[]? Tokens, float[]? LogProbs, bool Stopped);

/// <summary>A server failed at a request that another server may fulfil.</summary>
internal sealed class ServerFaultException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the server may have been restarted with other weights.</summary>
    public bool LostWeights { get; init; }

    /// <summary>Whether the server rejected the request as wrong, so that sending it again is pointless.</summary>
    public bool Refused { get; init; }

    /// <summary>The same fault with the server's address in its message, if that does not begin with it already.</summary>
    public ServerFaultException Of(RolloutServer server)
    {
        string address = $"{server.Address}";
        return Message.StartsWith(address, StringComparison.Ordinal)
            ? this
            : new ServerFaultException($"{address}: {Message}", InnerException)
            {
                LostWeights = LostWeights,
                Refused = Refused,
            };
    }
}
