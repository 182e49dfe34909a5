using Retrace.Models.Families.Qwen;
using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>
/// A square table of learned positions, stretched over each image so that their corners meet, and interpolated
/// bilinearly.
/// </summary>
internal sealed class LearnedPositions(Parameters parameters, string name, int side, int hiddenSize)
{
    /// <summary>
    /// Tensors of a patch's size that are made: its corners', as they are and weighed, and their sum.
    /// </summary>
    public const long ValuesOfPatch = (2 * Corners) + 1;

    private const int Corners = 4;

    private readonly Tensor _table = parameters.Declare($"{name}.weight", (long)side * side, hiddenSize);

    /// <summary>The positions of the patches of a batch of images.</summary>
    /// <param name="grids">The images' grids.</param>
    /// <param name="merge">The side of a merged square in patches: it decides the patches' order.</param>
    /// <returns>[patches, hidden]</returns>
    public Tensor Of(IReadOnlyList<ImageGrid> grids, int merge)
    {
        using DisposeScope scope = NewDisposeScope();
        int patches = grids.Sum(grid => grid.PatchCount);
        long[] rows = new long[Corners * patches];
        float[] weights = new float[Corners * patches];
        int patch = 0;
        foreach ((ImageGrid grid, int row, int column) in PatchPlaces.Of(grids, merge))
        {
            (int top, float down) = PlaceOf(row, grid.Height);
            (int left, float right) = PlaceOf(column, grid.Width);
            int below = Math.Min(top + 1, side - 1);
            int beside = Math.Min(left + 1, side - 1);
            Set(0, top, left, (1 - down) * (1 - right));
            Set(1, top, beside, (1 - down) * right);
            Set(2, below, left, down * (1 - right));
            Set(3, below, beside, down * right);
            patch++;

            void Set(int corner, int tableRow, int tableColumn, float weight)
            {
                rows[(corner * patches) + patch] = (tableRow * side) + tableColumn;
                weights[(corner * patches) + patch] = weight;
            }
        }
        Tensor corners = _table.RowsAt(tensor(rows, device: _table.device)).view(Corners, patches, -1);
        Tensor shares = tensor(weights, [Corners, patches, 1], device: _table.device);
        return (corners * shares).sum([0]).to(_table.dtype).MoveToOuterDisposeScope();
    }

    // The table's row (or column) at or before a patch's, and how far behind it the patch lies.
    private (int Place, float Behind) PlaceOf(int index, int count)
    {
        double place = count == 1 ? 0 : (double)index * (side - 1) / (count - 1);
        int floor = (int)place;
        return (floor, (float)(place - floor));
    }
}
