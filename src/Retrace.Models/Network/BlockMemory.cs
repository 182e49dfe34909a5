namespace Retrace.Models.Network;

/// <summary>
/// The memory that the blocks of an encoder or a decoder need, for each patch or token. Whoever owns the blocks counts
/// the tensors of one block's forward pass, and which of them the backward pass reads.
/// </summary>
/// <param name="Blocks">The number of blocks.</param>
/// <param name="Input">Bytes of a block's input.</param>
/// <param name="Kept">Bytes that a block keeps for its backward pass.</param>
/// <param name="Passing">Bytes that a block's forward pass makes besides, and drops at its end.</param>
/// <param name="Around">Bytes that what stands before and behind the blocks makes, and keeps for its backward pass.</param>
public sealed record BlockMemory(int Blocks, long Input, long Kept, long Passing, long Around = 0)
{
    /// <summary>Bytes that all blocks keep for the backward pass.</summary>
    /// <param name="recomputes">Whether a block keeps its input alone.</param>
    public long KeptByAll(bool recomputes) => Blocks * (recomputes ? Input : Kept);

    /// <summary>
    /// Bytes that a forward pass without a backward pass holds at its peak: one block's, each block's input, and what is
    /// around them.
    /// </summary>
    public long Forward => Kept + Passing + (Blocks * Input) + Around;

    /// <summary>Bytes that a block's forward pass makes beside what it keeps.</summary>
    public long BesideKept(bool recomputes) => recomputes ? Kept + Passing : Passing;

    /// <summary>
    /// Bytes that a block's backward pass makes: a gradient for each tensor that was kept, beside those tensors
    /// themselves where they are computed anew. None is taken off again, because the C library gives little back in
    /// between.
    /// </summary>
    public long Backward(bool recomputes) => recomputes ? Kept + BesideKept(recomputes) : Kept;
}
