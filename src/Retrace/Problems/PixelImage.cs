namespace Retrace.Problems;

/// <summary>A decoded image: 8-bit RGB, rows from the top, interleaved.</summary>
public sealed class PixelImage
{
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="rgb">3·width·height bytes: R, G, B of each pixel, row by row.</param>
    /// <exception cref="ArgumentException">The byte count does not match the size.</exception>
    public PixelImage(int width, int height, byte[] rgb)
    {
        if (width <= 0 || height <= 0 || rgb.Length != 3L * width * height)
        {
            throw new ArgumentException($"{rgb.Length} bytes are no RGB image of {width} × {height} pixels.");
        }
        Width = width;
        Height = height;
        Rgb = rgb;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[height, width, 3], each 0 to 255.</summary>
    public byte[] Rgb { get; }
}
