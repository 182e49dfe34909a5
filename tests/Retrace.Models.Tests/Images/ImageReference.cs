namespace Retrace.Models.Tests.Images;

/// <summary>What tests/reference/images.py wrote.</summary>
/// <param name="Sizes">Height, width, factor, least pixels, most pixels, and the resized height and width.</param>
/// <param name="Resized">Images before and after Pillow's bicubic resampling.</param>
/// <param name="Files">Image files and what Pillow reads from them.</param>
internal sealed record ImageReference(
    int[][] Sizes, ImageReference.ResizedImage[] Resized, ImageReference.ImageFile[] Files)
{
    public static ImageReference Read { get; } = ReferenceData.Read<ImageReference>("ImageReference.json");

    internal sealed record ResizedImage(int Width, int Height, byte[] Rgb, int NewWidth, int NewHeight, byte[] NewRgb);

    internal sealed record ImageFile(string Name, byte[] Bytes, int Width, int Height, byte[] Rgb, int Tolerance);
}
