using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Turns the image about its centre by level / 4 degrees, either way with equal chance, with bilinear interpolation.
/// </summary>
/// <remarks>
/// Corners that would be empty are filled with the nearest pixel of the border, so that the background goes on,
/// whatever its colour, and no new edge appears.
/// </remarks>
public sealed class Rotation(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    private const double DegreesPerLevel = 0.25;

    public PixelImage Apply(PixelImage image, Random random)
    {
        double degrees = DegreesPerLevel * PerturbationLevel.Sample(random, highestLevel);
        degrees = random.Next(2) == 0 ? degrees : -degrees;
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        double centreX = (image.Width - 1) / 2.0;
        double centreY = (image.Height - 1) / 2.0;
        byte[] turned = new byte[image.Rgb.Length];
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                double fromX = centreX + cos * (x - centreX) + sin * (y - centreY);
                double fromY = centreY - sin * (x - centreX) + cos * (y - centreY);
                Sample(image, fromX, fromY, turned.AsSpan(3 * (y * image.Width + x), 3));
            }
        }
        return new PixelImage(image.Width, image.Height, turned);
    }

    private static void Sample(PixelImage image, double x, double y, Span<byte> rgb)
    {
        x = Math.Clamp(x, 0, image.Width - 1);
        y = Math.Clamp(y, 0, image.Height - 1);
        int left = (int)x;
        int top = (int)y;
        int right = Math.Min(left + 1, image.Width - 1);
        int bottom = Math.Min(top + 1, image.Height - 1);
        for (int channel = 0; channel < 3; channel++)
        {
            double above = double.Lerp(At(left, top, channel), At(right, top, channel), x - left);
            double below = double.Lerp(At(left, bottom, channel), At(right, bottom, channel), x - left);
            rgb[channel] = (byte)Math.Round(double.Lerp(above, below, y - top));
        }

        byte At(int column, int row, int channel) => image.Rgb[3 * (row * image.Width + column) + channel];
    }
}
