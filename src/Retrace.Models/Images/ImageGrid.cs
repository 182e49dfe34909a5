namespace Retrace.Models.Images;

/// <summary>The patches of an image: how many there are in time, downwards and to the right.</summary>
/// <param name="Temporal">1 for a still image, which is doubled to fill the temporal patch.</param>
/// <param name="Height">Patches in a column; a multiple of the merge size.</param>
/// <param name="Width">Patches in a row; a multiple of the merge size.</param>
public sealed record ImageGrid(int Temporal, int Height, int Width)
{
    /// <summary>Temporal · Height · Width: the patches the vision tower sees.</summary>
    public int PatchCount => Temporal * Height * Width;

    /// <summary>The tokens left after the merger has joined squares of <paramref name="mergeSize"/>² patches.</summary>
    public int TokenCount(int mergeSize) => PatchCount / (mergeSize * mergeSize);
}
