using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Adds normal noise to every channel of every pixel: std = level / 100 × 255; the result is rounded and clipped to
/// 0 … 255.
/// </summary>
public sealed class GaussianNoise(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random)
    {
        float std = (float)(PerturbationLevel.Sample(random, highestLevel) / 100.0 * 255);
        byte[] noisy = new byte[image.Rgb.Length];
        // Box and Muller's transform gives two independent normal numbers from two uniform ones.
        for (int i = 0; i < noisy.Length; i += 2)
        {
            float radius = std * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
            (float sin, float cos) = MathF.SinCos(MathF.Tau * random.NextSingle());
            noisy[i] = Clip(image.Rgb[i] + radius * cos);
            if (i + 1 < noisy.Length)
            {
                noisy[i + 1] = Clip(image.Rgb[i + 1] + radius * sin);
            }
        }
        return new PixelImage(image.Width, image.Height, noisy);
    }

    private static byte Clip(float value) => (byte)Math.Clamp(MathF.Round(value), 0, 255);
}
