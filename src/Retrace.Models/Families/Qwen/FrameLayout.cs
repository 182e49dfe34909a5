using Retrace.Models.Images;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// What the blocks of a tower without windows read besides a batch's patches: rotary angles, and the runs of patches
/// that attend to one another, which are whole frames.
/// </summary>
internal sealed class FrameLayout : IDisposable
{
    private FrameLayout(Tensor cos, Tensor sin, Segments frames)
    {
        Cos = cos;
        Sin = sin;
        Frames = frames;
    }

    /// <summary>[patches, 1, headSize]</summary>
    public Tensor Cos { get; }

    /// <summary>[patches, 1, headSize]</summary>
    public Tensor Sin { get; }

    /// <summary>The patches of each image, which has one frame.</summary>
    public Segments Frames { get; }

    /// <summary>Computes the layout of a batch of images.</summary>
    /// <param name="type">The type of the rotary tables.</param>
    /// <param name="device">Where the tensors go.</param>
    public static FrameLayout Of(
        IReadOnlyList<ImageGrid> grids, VisionConfig config, ScalarType type, Device device)
    {
        (int Row, int Column)[] places =
            [.. PatchPlaces.Of(grids, config.MergeSize).Select(place => (place.Row, place.Column))];
        (Tensor cos, Tensor sin) = PatchPlaces.RotaryTables(places, config.HeadSize, type, device);
        return new FrameLayout(cos, sin, Segments.Of(PatchPlaces.FrameLengths(grids), device));
    }

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
        Frames.Dispose();
    }
}
