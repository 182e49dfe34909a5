using System.Net;
using Retrace.Serving.Requests;

namespace Retrace.Serving;

/// <summary>Where a server listens and what it allows.</summary>
/// <param name="Address">The IP address to listen on.</param>
/// <param name="Port">The port to listen on; 0 picks a free one.</param>
/// <param name="ModelName">The name by which requests ask for the model.</param>
/// <param name="Token">The bearer token that requests must carry; null: none is required.</param>
/// <param name="UpdatesFolder">
/// Adapters and weights may be loaded only from below this folder; null: from nowhere.
/// </param>
/// <param name="Limits">Bounds that every request must keep.</param>
/// <param name="MaxBatchSequences">Maximum number of sequences that are decoded in one batch.</param>
/// <param name="MaxPrefillTokens">Maximum number of prompt tokens that are prefilled in one forward pass.</param>
public sealed record ServerSettings(
    IPAddress Address,
    int Port,
    string ModelName,
    string? Token,
    string? UpdatesFolder,
    ServerLimits Limits,
    int MaxBatchSequences,
    int MaxPrefillTokens);
