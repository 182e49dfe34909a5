using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Changes the pixels as saving as JPEG does, at a quality of 100 − level (at least 1) and without chroma subsampling.
/// </summary>
/// <remarks>
/// Only the quantisation of the cosine transform loses anything, and the entropy coding behind it nothing, so no file
/// is made and no codec is needed; the result is the same on every system. Source: ITU-T T.81 (A.3.3, tables K.1 and
/// K.2) and T.871 for the colours; the tables scale with the quality as in the IJG's library.
/// </remarks>
public sealed class JpegCompression(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    private const int Side = 8;

    private static readonly int[] Luminance =
    [
        16, 11, 10, 16, 24, 40, 51, 61,
        12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56,
        14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77,
        24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101,
        72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly int[] Chrominance =
    [
        17, 18, 24, 47, 99, 99, 99, 99,
        18, 21, 26, 66, 99, 99, 99, 99,
        24, 26, 56, 99, 99, 99, 99, 99,
        47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
    ];

    // [frequency, position], orthonormal.
    private static readonly float[] Cosines =
    [
        .. Enumerable.Range(0, Side * Side).Select(i => (float)(
            Math.Sqrt((i < Side ? 1.0 : 2.0) / Side) * Math.Cos((2 * (i % Side) + 1) * (i / Side) * Math.PI / 16))),
    ];

    private static readonly float[] Positions =
        [.. Enumerable.Range(0, Side * Side).Select(i => Cosines[i % Side * Side + i / Side])]; // Transposed

    public PixelImage Apply(PixelImage image, Random random)
    {
        int quality = Math.Max(1, 100 - PerturbationLevel.Sample(random, highestLevel));
        float[] luminance = Steps(Luminance, quality);
        float[] chrominance = Steps(Chrominance, quality);
        byte[] lossy = new byte[image.Rgb.Length];
        float[][] block = [new float[Side * Side], new float[Side * Side], new float[Side * Side]]; // Y, Cb, Cr
        for (int top = 0; top < image.Height; top += Side)
        {
            for (int left = 0; left < image.Width; left += Side)
            {
                Read(image, left, top, block);
                Quantise(block[0], luminance);
                Quantise(block[1], chrominance);
                Quantise(block[2], chrominance);
                Write(block, left, top, image, lossy);
            }
        }
        return new PixelImage(image.Width, image.Height, lossy);
    }

    private static float[] Steps(int[] table, int quality)
    {
        int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        return Array.ConvertAll(table, step => (float)Math.Clamp((step * percent + 50) / 100, 1, 255));
    }

    // Centred on 0. Over the right and lower border, the last column and row go on.
    private static void Read(PixelImage image, int left, int top, float[][] block)
    {
        for (int i = 0; i < Side * Side; i++)
        {
            int x = Math.Min(left + i % Side, image.Width - 1);
            int y = Math.Min(top + i / Side, image.Height - 1);
            ReadOnlySpan<byte> rgb = image.Rgb.AsSpan(3 * (y * image.Width + x), 3);
            block[0][i] = MathF.Round(0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]) - 128;
            block[1][i] = MathF.Round(-0.168736f * rgb[0] - 0.331264f * rgb[1] + 0.5f * rgb[2]);
            block[2][i] = MathF.Round(0.5f * rgb[0] - 0.418688f * rgb[1] - 0.081312f * rgb[2]);
        }
    }

    private static void Quantise(float[] samples, float[] steps)
    {
        Transform(samples, Cosines);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = MathF.Round(samples[i] / steps[i]) * steps[i];
        }
        Transform(samples, Positions);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = Math.Clamp(MathF.Round(samples[i]), -128, 127);
        }
    }

    // samples ← matrix · samples · matrixᵀ, all [8, 8].
    private static void Transform(float[] samples, float[] matrix)
    {
        Span<float> rows = stackalloc float[Side * Side];
        for (int i = 0; i < rows.Length; i++)
        {
            float sum = 0;
            for (int j = 0; j < Side; j++)
            {
                sum += samples[i / Side * Side + j] * matrix[i % Side * Side + j];
            }
            rows[i] = sum;
        }
        for (int i = 0; i < rows.Length; i++)
        {
            float sum = 0;
            for (int j = 0; j < Side; j++)
            {
                sum += matrix[i / Side * Side + j] * rows[j * Side + i % Side];
            }
            samples[i] = sum;
        }
    }

    private static void Write(float[][] block, int left, int top, PixelImage image, byte[] lossy)
    {
        for (int y = top; y < Math.Min(top + Side, image.Height); y++)
        {
            for (int x = left; x < Math.Min(left + Side, image.Width); x++)
            {
                int i = Side * (y - top) + x - left;
                float grey = block[0][i] + 128;
                (float blue, float red) = (block[1][i], block[2][i]);
                Span<byte> rgb = lossy.AsSpan(3 * (y * image.Width + x), 3);
                rgb[0] = Clip(grey + 1.402f * red);
                rgb[1] = Clip(grey - 0.344136f * blue - 0.714136f * red);
                rgb[2] = Clip(grey + 1.772f * blue);
            }
        }
    }

    private static byte Clip(float value) => (byte)Math.Clamp(MathF.Round(value), 0, 255);
}
