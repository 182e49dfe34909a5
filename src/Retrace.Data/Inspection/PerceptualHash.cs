using System.Numerics;
using Retrace.Problems;

namespace Retrace.Data.Inspection;

/// <summary>
/// A hash of how an image looks: 64 signs of its lowest frequencies, which scaling, recompression and small changes of
/// colour leave nearly as they are.
/// </summary>
/// <remarks>
/// pHash (Zauner 2010, "Implementation and benchmarking of perceptual image hash functions"): grey values averaged to
/// 32 × 32, their discrete cosine transform, and for each of the 8 × 8 lowest coefficients whether it is clearly above
/// their median, which leaves out the mean grey.
/// </remarks>
public static class PerceptualHash
{
    /// <summary>Images whose hashes differ in at most so many of 64 bits look the same.</summary>
    public const int Near = 6;

    private const int Side = 32;
    private const int Lowest = 8;

    // What a coefficient has to be above the median. Of symmetric figures many are 0 but for rounding, and so is their
    // median; the sign of such a difference would be chance.
    private const double Margin = 16;

    // [frequency, place]: cos((2·place + 1)·frequency·π / 64)
    private static readonly double[,] Cosines = CosinesOf();

    public static ulong Of(PixelImage image)
    {
        double[,] grey = Shrink(image);           // [32, 32]
        double[,] rows = new double[Side, Lowest]; // Transformed along x.
        for (int y = 0; y < Side; y++)
        {
            for (int u = 0; u < Lowest; u++)
            {
                for (int x = 0; x < Side; x++)
                {
                    rows[y, u] += grey[y, x] * Cosines[u, x];
                }
            }
        }
        double[] coefficients = new double[Lowest * Lowest];
        for (int v = 0; v < Lowest; v++)
        {
            for (int u = 0; u < Lowest; u++)
            {
                for (int y = 0; y < Side; y++)
                {
                    coefficients[v * Lowest + u] += rows[y, u] * Cosines[v, y];
                }
            }
        }
        double[] sorted = coefficients[1..];
        Array.Sort(sorted);
        double median = sorted[sorted.Length / 2];
        ulong hash = 0;
        for (int i = 0; i < coefficients.Length; i++)
        {
            hash |= coefficients[i] > median + Margin ? 1UL << i : 0;
        }
        return hash;
    }

    /// <summary>The number of bits in which two hashes differ.</summary>
    public static int Distance(ulong first, ulong second) => BitOperations.PopCount(first ^ second);

    // Each value is the mean luminance (ITU-R BT.601) of the part of the image that it stands for.
    private static double[,] Shrink(PixelImage image)
    {
        double[,] grey = new double[Side, Side];
        for (int row = 0; row < Side; row++)
        {
            (int top, int bottom) = Part(row, image.Height);
            for (int column = 0; column < Side; column++)
            {
                (int left, int right) = Part(column, image.Width);
                double sum = 0;
                for (int y = top; y < bottom; y++)
                {
                    ReadOnlySpan<byte> pixels = image.Rgb.AsSpan(3 * (y * image.Width + left), 3 * (right - left));
                    for (int i = 0; i < pixels.Length; i += 3)
                    {
                        sum += 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
                    }
                }
                grey[row, column] = sum / ((bottom - top) * (right - left));
            }
        }
        return grey;
    }

    // Of an axis of so many pixels; at least one.
    private static (int Start, int End) Part(int index, int length)
    {
        int start = (int)((long)index * length / Side);
        return (start, Math.Max(start + 1, (int)((long)(index + 1) * length / Side)));
    }

    private static double[,] CosinesOf()
    {
        double[,] cosines = new double[Lowest, Side];
        for (int frequency = 0; frequency < Lowest; frequency++)
        {
            for (int place = 0; place < Side; place++)
            {
                cosines[frequency, place] = Math.Cos((2 * place + 1) * frequency * Math.PI / (2 * Side));
            }
        }
        return cosines;
    }
}
