using Retrace.Models.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>Images as the decoder sees them, one after another in one tensor, so that sequences can share them.</summary>
/// <param name="Rows">[image tokens of all images, hidden]</param>
/// <param name="Grids">The images' patch grids.</param>
/// <param name="FirstRows">Where each image begins in <paramref name="Rows"/>.</param>
public sealed record ImageFeatures(Tensor Rows, IReadOnlyList<ImageGrid> Grids, IReadOnlyList<int> FirstRows)
    : IDisposable
{
    public void Dispose() => Rows.Dispose();
}
