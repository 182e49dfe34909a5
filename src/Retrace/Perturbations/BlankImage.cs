using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>Shows nothing: every pixel becomes the mean colour of the image.</summary>
public sealed class BlankImage : IImagePerturbation
{
    private const int Channels = 3;

    public PixelImage Apply(PixelImage image, Random random)
    {
        long[] sums = new long[Channels];
        for (int i = 0; i < image.Rgb.Length; i++)
        {
            sums[i % Channels] += image.Rgb[i];
        }
        double pixels = image.Rgb.Length / Channels;
        byte[] mean = Array.ConvertAll(sums, sum => (byte)Math.Round(sum / pixels));
        byte[] rgb = new byte[image.Rgb.Length];
        for (int i = 0; i < rgb.Length; i++)
        {
            rgb[i] = mean[i % Channels];
        }
        return new PixelImage(image.Width, image.Height, rgb);
    }
}
