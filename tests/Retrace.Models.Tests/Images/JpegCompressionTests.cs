using Retrace.Images;
using Retrace.Perturbations;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Models.Tests.Images;

/// <summary>The perturbation makes no file; here its loss is held against that of a codec.</summary>
public sealed class JpegCompressionTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    public void The_loss_is_that_of_a_file_of_the_same_quality(int level)
    {
        PixelImage image = Waves(45, 38);
        int seed = Enumerable.Range(0, 10_000).First(seed => new Random(seed).Next(1, 101) == level);
        byte[] lossy = new JpegCompression(highestLevel: 100).Apply(image, new Random(seed)).Rgb;
        byte[] decoded = ImageDecoder.Decode(Encode(image, 100 - level), "the codec's").Rgb;

        double[] differences = [.. lossy.Zip(decoded, (ours, theirs) => Math.Abs((double)ours - theirs))];
        double[] losses = [.. image.Rgb.Zip(decoded, (before, after) => Math.Abs((double)before - after))];
        // The codec's integer arithmetic may round a coefficient the other way, here and there.
        Assert.InRange(differences.Average(), 0, 0.1 * losses.Average());
    }

    private static byte[] Encode(PixelImage image, int quality)
    {
        using SKBitmap bitmap = new(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Pixels = [.. image.Rgb.Chunk(3).Select(rgb => new SKColor(rgb[0], rgb[1], rgb[2]))];
        using SKPixmap pixels = bitmap.PeekPixels();
        using SKData data = pixels.Encode(new SKJpegEncoderOptions(
            quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore))!;
        return data.ToArray();
    }

    private static PixelImage Waves(int width, int height)
    {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.Length; i++)
        {
            (int channel, int x, int y) = (i % 3, i / 3 % width, i / 3 / width);
            rgb[i] = (byte)(128 + 60 * Math.Sin(0.7 * x + channel) + 60 * Math.Cos(0.4 * y * (channel + 1)));
        }
        return new PixelImage(width, height, rgb);
    }
}
