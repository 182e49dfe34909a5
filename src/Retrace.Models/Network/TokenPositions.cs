namespace Retrace.Models.Network;

/// <summary>Positions of a sequence's tokens for the rotary embedding, on one axis or several.</summary>
/// <param name="Axes">[axes][tokens]</param>
/// <param name="ImageTokens">Where the images' tokens stand in the sequence, ascending.</param>
/// <param name="Next">The position, on all axes, of the token that would follow.</param>
public sealed record TokenPositions(IReadOnlyList<int[]> Axes, IReadOnlyList<int> ImageTokens, int Next);
