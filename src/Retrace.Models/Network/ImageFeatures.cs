using Retrace.Models.Images;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// The embeddings of several images, one after another in one tensor, so that sequences can share them.
/// </summary>
/// <param name="Rows">
/// [image tokens of all images, hidden · (1 + deepStackLayers)], as <see cref="VisionEncoder.Forward"/> gives them.
/// </param>
/// <param name="Grids">The images' patch grids.</param>
/// <param name="FirstRows">Where each image begins in <paramref name="Rows"/>.</param>
public sealed record ImageFeatures(Tensor Rows, IReadOnlyList<ImageGrid> Grids, IReadOnlyList<int> FirstRows)
    : IDisposable
{
    /// <summary>The features of several images as those of one batch: copies, in this order.</summary>
    public static ImageFeatures Join(IReadOnlyList<ImageFeatures> parts)
    {
        var firstRows = new List<int>();
        int first = 0;
        foreach (ImageFeatures part in parts)
        {
            firstRows.AddRange(part.FirstRows.Select(row => first + row));
            first += (int)part.Rows.shape[0];
        }
        return new ImageFeatures(
            cat([.. parts.Select(part => part.Rows)]), [.. parts.SelectMany(part => part.Grids)], firstRows);
    }

    /// <summary>A copy of one image's features, which does not keep the others in memory.</summary>
    /// <param name="image">The image's place among these.</param>
    public ImageFeatures CopyOf(int image)
    {
        int first = FirstRows[image];
        long end = image + 1 < FirstRows.Count ? FirstRows[image + 1] : Rows.shape[0];
        using Tensor rows = Rows.narrow(0, first, end - first);
        return new ImageFeatures(rows.clone(), [Grids[image]], [0]);
    }

    /// <summary>Lets the features live until they are disposed, whatever scope they were made in.</summary>
    public ImageFeatures DetachFromDisposeScope()
    {
        Rows.DetachFromDisposeScope();
        return this;
    }

    public void Dispose() => Rows.Dispose();
}
