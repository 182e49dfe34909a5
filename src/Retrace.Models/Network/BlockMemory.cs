namespace Retrace.Models.Network;

/// <summary>
/// The memory that the blocks of an encoder or a decoder need, for each patch or token.
/// </summary>
/// <param name="Blocks">The number of blocks.</param>
/// <param name="Input">Bytes of a block's input.</param>
/// <param name="Kept">Bytes that a block keeps for its backward pass.</param>
/// <param name="Around">Bytes that what stands before and behind the blocks makes, and keeps for its backward pass.</param>
public sealed record BlockMemory(int Blocks, long Input, long Kept, long Around = 0)
{
    // Counted: what a block's forward pass makes, in what it keeps.
    private const double ForwardOfKept = 1.5;

    // Measured: a block's activations, and their gradients as they are made.
    private const double RecomputedOfKept = 2.7;

    /// <summary>Bytes that all blocks keep for the backward pass.</summary>
    /// <param name="recomputes">Whether a block keeps its input alone.</param>
    public long KeptByAll(bool recomputes) => Blocks * (recomputes ? Input : Kept);

    /// <summary>
    /// Bytes that a forward pass without a backward pass holds at its peak: one block's, each block's input, and what is
    /// around them.
    /// </summary>
    public double Forward => (ForwardOfKept * Kept) + ((double)Blocks * Input) + Around;

    /// <summary>Bytes that a block's forward pass makes beside what it keeps.</summary>
    public double BesideKept(bool recomputes) => (recomputes ? ForwardOfKept : ForwardOfKept - 1) * Kept;

    /// <summary>Bytes that a block's backward pass makes.</summary>
    public double Backward(bool recomputes) => (recomputes ? RecomputedOfKept : 1) * Kept;
}
