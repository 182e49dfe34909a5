namespace Retrace.Models.Network;

/// <summary>The sizes and constants of the text decoder.</summary>
/// <param name="VocabularySize">V: rows of the embedding and of the head.</param>
/// <param name="HiddenSize">Values of a token between the blocks.</param>
/// <param name="IntermediateSize">Values of a token inside the gated MLP.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values, each read by Heads / KeyValueHeads query heads.</param>
/// <param name="NormEpsilon">ε of the RMS norms.</param>
/// <param name="RopeTheta">θ of the rotary embedding.</param>
/// <param name="RopeAxes">
/// The axis of a position that each rotary frequency turns with: 0 time, 1 height, 2 width. [headSize / 2]
/// </param>
/// <param name="MaxPositions">The longest sequence that the model was made for.</param>
/// <param name="TieWordEmbeddings">Whether the head is the embedding.</param>
public sealed record TextConfig(
    int VocabularySize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KeyValueHeads,
    double NormEpsilon,
    double RopeTheta,
    IReadOnlyList<int> RopeAxes,
    int MaxPositions,
    bool TieWordEmbeddings)
{
    private readonly int? _headSize;

    /// <summary>The size of one attention head; HiddenSize / Heads unless the model has another.</summary>
    public int HeadSize
    {
        get => _headSize ?? HiddenSize / Heads;
        init => _headSize = value;
    }

    /// <summary>Values of a token's queries in all heads.</summary>
    public int QuerySize => Heads * HeadSize;

    /// <summary>Values of a token's keys, or of its values, in all heads.</summary>
    public int KeyValueSize => KeyValueHeads * HeadSize;

    /// <summary>Whether the projections to queries, keys and values have biases.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Whether each head's queries and keys are RMS-normed before they are rotated.</summary>
    public bool NormsQueriesAndKeys { get; init; }

    /// <summary>How the rotary embedding is stretched over longer texts; null where it is not.</summary>
    public YarnScaling? Yarn { get; init; }

    /// <summary>The experts that stand in place of some blocks' MLPs; null where there are none.</summary>
    public ExpertConfig? Experts { get; init; }
}
