using Retrace.Models.Images;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen;

/// <summary>Where the patches of a batch of images stand in their images.</summary>
internal static class PatchPlaces
{
    private const double RotaryTheta = 10000;

    /// <summary>
    /// Each patch's row and column, in storage order: merged squares row by row, and inside a square its patches row by
    /// row; the same for each of an image's frames.
    /// </summary>
    /// <param name="grids">The images' grids.</param>
    /// <param name="merge">The side of a merged square in patches.</param>
    public static IEnumerable<(ImageGrid Grid, int Row, int Column)> Of(IEnumerable<ImageGrid> grids, int merge)
    {
        foreach (ImageGrid grid in grids)
        {
            int columns = grid.Width / merge;
            int squares = grid.Height / merge * columns;
            for (int square = 0; square < grid.Temporal * squares; square++)
            {
                int top = square % squares / columns * merge;
                int left = square % columns * merge;
                for (int patch = 0; patch < merge * merge; patch++)
                {
                    yield return (grid, top + (patch / merge), left + (patch % merge));
                }
            }
        }
    }

    /// <summary>
    /// The cosines and sines that rotate queries and keys: a quarter of the head turns with the row, a quarter with the
    /// column, then both again.
    /// </summary>
    /// <param name="places">Of each patch.</param>
    /// <param name="headSize">A multiple of 4.</param>
    /// <param name="type">The type of the tables.</param>
    /// <param name="device">Where they go.</param>
    /// <returns>Each [patches, 1, headSize].</returns>
    public static (Tensor Cos, Tensor Sin) RotaryTables(
        IReadOnlyCollection<(int Row, int Column)> places, int headSize, ScalarType type, Device device)
    {
        float[] frequencies = Rotary.Frequencies(headSize / 2, RotaryTheta);
        int quarter = frequencies.Length;
        float[] table = new float[places.Count * headSize];
        int start = 0;
        foreach ((int row, int column) in places)
        {
            for (int f = 0; f < quarter; f++)
            {
                table[start + f] = table[start + f + (2 * quarter)] = row * frequencies[f];
                table[start + f + quarter] = table[start + f + (3 * quarter)] = column * frequencies[f];
            }
            start += headSize;
        }
        using Tensor angle = tensor(table, [places.Count, 1, headSize], device: device);
        return (angle.cos().to(type), angle.sin().to(type));
    }

    /// <summary>The lengths of the runs of patches that belong to one frame, in the order of the patches.</summary>
    public static int[] FrameLengths(IEnumerable<ImageGrid> grids) =>
        [.. grids.SelectMany(grid => Enumerable.Repeat(grid.Height * grid.Width, grid.Temporal))];
}
