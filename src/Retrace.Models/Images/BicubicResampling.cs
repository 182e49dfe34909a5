using Retrace.Problems;

namespace Retrace.Models.Images;

/// <summary>
/// Bicubic resampling with antialiasing, bit for bit as Pillow does it (the formulas of its <c>Resample.c</c>): the
/// filter is widened by the ratio when the image shrinks, weights are whole numbers of 2⁻²², and the image is rounded to
/// 8 bits after the horizontal pass and again after the vertical one.
/// </summary>
public static class BicubicResampling
{
    private const int Channels = 3;
    private const int FractionBits = 32 - 8 - 2;
    private const double FilterRadius = 2;

    /// <summary>The image in another size; itself if the size is its own.</summary>
    public static PixelImage Resize(PixelImage image, int width, int height)
    {
        PixelImage wide = width == image.Width ? image : ResizeRows(image, width);
        return height == image.Height ? wide : ResizeColumns(wide, height);
    }

    // Keys' cubic convolution kernel with a = -1/2 (Keys 1981).
    private static double Kernel(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x switch
        {
            < 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
            < 2 => (((x - 5) * x + 8) * x - 4) * a,
            _ => 0,
        };
    }

    /// <summary>For each output position the first input position and the weights from there on.</summary>
    private static (int First, int[] Weights)[] Filters(int inputSize, int outputSize)
    {
        double ratio = (double)inputSize / outputSize;
        double widening = Math.Max(ratio, 1);
        double radius = FilterRadius * widening;
        var filters = new (int First, int[] Weights)[outputSize];
        for (int i = 0; i < outputSize; i++)
        {
            double centre = (i + 0.5) * ratio;
            int first = Math.Max((int)(centre - radius + 0.5), 0);
            int end = Math.Min((int)(centre + radius + 0.5), inputSize);
            double[] weights = new double[end - first];
            double sum = 0;
            for (int j = 0; j < weights.Length; j++)
            {
                weights[j] = Kernel((j + first - centre + 0.5) * (1 / widening));
                sum += weights[j];
            }
            filters[i] = (first, Array.ConvertAll(weights, weight => ToFixedPoint(sum == 0 ? weight : weight / sum)));
        }
        return filters;
    }

    private static int ToFixedPoint(double weight) =>
        (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    private static PixelImage ResizeRows(PixelImage image, int width)
    {
        (int First, int[] Weights)[] filters = Filters(image.Width, width);
        byte[] output = new byte[checked(Channels * width * image.Height)];
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Rgb.AsSpan(Channels * image.Width * y, Channels * image.Width);
            int target = Channels * width * y;
            foreach ((int first, int[] weights) in filters)
            {
                // A half, so that dropping the fraction rounds.
                int red = 1 << (FractionBits - 1);
                int green = red;
                int blue = red;
                int source = Channels * first;
                foreach (int weight in weights)
                {
                    red += weight * row[source];
                    green += weight * row[source + 1];
                    blue += weight * row[source + 2];
                    source += Channels;
                }
                output[target++] = ToByte(red);
                output[target++] = ToByte(green);
                output[target++] = ToByte(blue);
            }
        }
        return new PixelImage(width, image.Height, output);
    }

    private static PixelImage ResizeColumns(PixelImage image, int height)
    {
        int stride = Channels * image.Width;
        byte[] output = new byte[checked(stride * height)];
        int[] sums = new int[stride];
        int y = 0;
        foreach ((int first, int[] weights) in Filters(image.Height, height))
        {
            Array.Fill(sums, 1 << (FractionBits - 1));
            for (int j = 0; j < weights.Length; j++)
            {
                ReadOnlySpan<byte> row = image.Rgb.AsSpan(stride * (first + j), stride);
                for (int x = 0; x < stride; x++)
                {
                    sums[x] += weights[j] * row[x];
                }
            }
            for (int x = 0; x < stride; x++)
            {
                output[stride * y + x] = ToByte(sums[x]);
            }
            y++;
        }
        return new PixelImage(image.Width, height, output);
    }
}
