using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Blurs with a normal kernel whose variance is level / 10 square pixels. Beyond its border the nearest
/// pixel is repeated.
/// </summary>
public sealed class GaussianBlur(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    private const double VariancePerLevel = 0.1;

    public PixelImage Apply(PixelImage image, Random random)
    {
        float[] kernel = Kernel(VariancePerLevel * PerturbationLevel.Sample(random, highestLevel));
        float[] values = Array.ConvertAll(image.Rgb, value => (float)value); // [height, width, 3]
        int row = 3 * image.Width;
        values = Along(values, kernel, lines: image.Height, length: image.Width, stride: 3, lineStride: row);
        values = Along(values, kernel, lines: image.Width, length: image.Height, stride: row, lineStride: 3);
        byte[] blurred = Array.ConvertAll(values, value => (byte)MathF.Round(value));
        return new PixelImage(image.Width, image.Height, blurred);
    }

    // [2·radius + 1], of sum 1. Beyond three standard deviations there is next to nothing.
    private static float[] Kernel(double variance)
    {
        int radius = (int)Math.Ceiling(3 * Math.Sqrt(variance));
        double[] weights =
        [
            .. Enumerable.Range(-radius, 2 * radius + 1)
                .Select(offset => Math.Exp(-offset * offset / (2 * variance))),
        ];
        double sum = weights.Sum();
        return Array.ConvertAll(weights, weight => (float)(weight / sum));
    }

    // Blurs the image in one direction: a row or column is a line, stride leads to its next pixel.
    private static float[] Along(float[] values, float[] kernel, int lines, int length, int stride, int lineStride)
    {
        int radius = kernel.Length / 2;
        float[] blurred = new float[values.Length];
        for (int line = 0; line < lines; line++)
        {
            for (int i = 0; i < length; i++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    int start = line * lineStride + channel;
                    float sum = 0;
                    for (int j = 0; j < kernel.Length; j++)
                    {
                        sum += kernel[j] * values[start + Math.Clamp(i + j - radius, 0, length - 1) * stride];
                    }
                    blurred[start + i * stride] = sum;
                }
            }
        }
        return blurred;
    }
}
