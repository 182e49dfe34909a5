using System.Net;

namespace Retrace.Serving;

/// <summary>Where a server listens, and who may ask it for what.</summary>
/// <param name="Address">The address to listen at.</param>
/// <param name="Port">0 takes a free one.</param>
/// <param name="ModelName">What requests call the model.</param>
/// <param name="Token">The bearer token that requests must bring; null: none is asked for.</param>
/// <param name="UpdatesFolder">Adapters and weights may be loaded from below it; null: from nowhere.</param>
/// <param name="Limits">Bounds on requests.</param>
/// <param name="MaxBatchSequences">Sequences that are generated side by side.</param>
/// <param name="MaxPrefillTokens">Prompt tokens that are read side by side.</param>
public sealed record ServerSettings(
    IPAddress Address,
    int Port,
    string ModelName,
    string? Token,
    string? UpdatesFolder,
    ServerLimits Limits,
    int MaxBatchSequences,
    int MaxPrefillTokens);
