using Retrace.Data.Inspection;
using Retrace.Data.Json;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;
using SkiaSharp;

namespace Retrace.Data.Tests.Inspection;

public sealed class PerceptualHashTests
{
    private static readonly PixelImage[] Figures =
    [
        .. new JsonLinesSource(Shipped.TestProblems).Read().Problems.Take(60)
            .Select(problem => ImageDecoder.Decode(problem.Images[0].ReadBytes(), problem.Id)),
    ];

    [Fact]
    public void What_scaling_and_recompression_leave_looks_the_same()
    {
        Assert.InRange(MedianDistance(figure => Scaled(figure, 0.6)), 0, PerceptualHash.Near);
        Assert.InRange(MedianDistance(Recompressed), 0, PerceptualHash.Near);
    }

    [Fact]
    public void Different_figures_look_different()
    {
        ulong[] hashes = [.. Figures.Select(PerceptualHash.Of)];
        int[] distances =
        [
            .. hashes.SelectMany((first, i) =>
                hashes.Skip(i + 1).Select(second => PerceptualHash.Distance(first, second))),
        ];
        Assert.InRange(distances.Count(distance => distance <= PerceptualHash.Near), 0, distances.Length / 50);
        Assert.InRange(distances.Average(), 20, 36);
    }

    // One cosine along x: of the 63 coefficients besides the mean, that one alone is not 0, and is above their median.
    [Fact]
    public void A_wave_has_the_bit_of_its_frequency()
    {
        byte[] rgb = new byte[3 * 64 * 64];
        for (int i = 0; i < 64 * 64; i++)
        {
            int x = i % 64;
            byte grey = (byte)Math.Round(128 + 100 * Math.Cos((2 * (x / 2) + 1) * 3 * Math.PI / 64));
            rgb.AsSpan(3 * i, 3).Fill(grey);
        }
        ulong hash = PerceptualHash.Of(new PixelImage(64, 64, rgb));
        Assert.NotEqual(0UL, hash & (1UL << 3));
        Assert.NotEqual(0UL, hash & 1UL); // The mean grey itself.
        Assert.Equal(0, PerceptualHash.Distance(hash, hash));
        Assert.Equal(64, PerceptualHash.Distance(hash, ~hash));
    }

    // Black, white, black from top to bottom: no coefficient along x, the mean, and of the frequencies along y the fourth,
    // whose crest lies in the middle, but not the second, whose trough does.
    [Fact]
    public void An_image_smaller_than_the_grid_has_the_hash_of_its_stripes()
    {
        ulong hash = PerceptualHash.Of(new PixelImage(1, 3, [0, 0, 0, 255, 255, 255, 9, 9, 9]));
        const ulong AlongY = 0x0101010101010101;
        Assert.Equal(0UL, hash & ~AlongY);
        Assert.Equal(0x0000000100000001UL, hash & 0x0000000100010001);
    }

    // Thin lines on white have coefficients near the median, so that single figures may differ in a few bits more.
    private static int MedianDistance(Func<PixelImage, PixelImage> change) =>
        Figures.Select(figure => PerceptualHash.Distance(PerceptualHash.Of(figure), PerceptualHash.Of(change(figure))))
            .Order().ElementAt(Figures.Length / 2);

    private static PixelImage Scaled(PixelImage image, double factor)
    {
        using SKBitmap full = SKBitmap.Decode(ImageDecoder.EncodePng(image));
        using SKBitmap small = full.Resize(
            new SKImageInfo((int)(image.Width * factor), (int)(image.Height * factor)),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData png = small.Encode(SKEncodedImageFormat.Png, 100);
        return ImageDecoder.Decode(png.ToArray(), "scaled");
    }

    private static PixelImage Recompressed(PixelImage image)
    {
        using SKBitmap bitmap = SKBitmap.Decode(ImageDecoder.EncodePng(image));
        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 75);
        return ImageDecoder.Decode(jpeg.ToArray(), "recompressed");
    }
}
