namespace Retrace.Models.Network;

/// <summary>A mixture of experts: gated MLPs of which a router picks a few for each token.</summary>
/// <param name="Count">E: experts of a block.</param>
/// <param name="ActivePerToken">k: the experts that a token goes through.</param>
/// <param name="IntermediateSize">Values of a token inside one expert.</param>
/// <param name="NormsShares">
/// Whether the router's probabilities of the picked experts are divided by their sum.
/// </param>
/// <param name="Layers">The blocks that have experts; the others have the dense MLP.</param>
public sealed record ExpertConfig(
    int Count, int ActivePerToken, int IntermediateSize, bool NormsShares, IReadOnlyList<int> Layers);
