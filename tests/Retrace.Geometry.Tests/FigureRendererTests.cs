using Retrace.Geometry.Figures;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Geometry.Tests;

public class FigureRendererTests
{
    private static readonly FigureDescription[] Figures =
        [.. Enumerable.Range(0, 204).Select(i => GeometryGenerator.Create(GeometrySplit.Train, 1, i).Figure)];

    [Fact]
    public void Sizes_are_multiples_of_28()
    {
        foreach (FigureDescription figure in Figures)
        {
            PixelImage image = FigureRenderer.Render(figure);
            Assert.Equal((figure.Width, figure.Height), (image.Width, image.Height));
            Assert.Equal((0, 0), (image.Width % 28, image.Height % 28));
            Assert.InRange(image.Width * image.Height, 112 * 112, 140 * 140);
        }
    }

    [Fact]
    public void Drawing_is_the_same_each_time_and_on_many_threads()
    {
        byte[][] alone = [.. Figures.Select(figure => FigureRenderer.Render(figure).Rgb)];
        byte[][] together = [.. Figures.AsParallel().AsOrdered().WithDegreeOfParallelism(8)
            .Select(figure => FigureRenderer.Render(figure).Rgb)];
        Assert.Equal(alone, together);
    }

    [Fact]
    public void The_png_decodes_to_the_same_pixels()
    {
        foreach (FigureDescription figure in Figures)
        {
            AssertDecodesTo(FigureRenderer.Render(figure), FigureRenderer.RenderPng(figure));
        }
    }

    [Fact]
    public void A_png_may_have_more_colors_than_a_palette_holds()
    {
        byte[] rgb = new byte[3 * 31 * 17];
        RandomStream.For(4).NextBytes(rgb);
        var image = new PixelImage(31, 17, rgb);
        AssertDecodesTo(image, PngEncoder.Encode(image));
    }

    [Fact]
    public void Every_label_changes_the_picture()
    {
        foreach (FigureDescription figure in Figures)
        {
            byte[] whole = FigureRenderer.Render(figure).Rgb;
            foreach (FigureText text in figure.Texts)
            {
                FigureDescription without = figure with { Texts = [.. figure.Texts.Where(other => other != text)] };
                Assert.NotEqual(whole, FigureRenderer.Render(without).Rgb);
            }
        }
    }

    [Fact]
    public void Every_typeface_has_every_character()
    {
        string characters = string.Concat(Enumerable.Range(0x21, 0x7e - 0x20).Select(code => (char)code)) + "°";
        var seen = new HashSet<string>();
        for (long seed = 0; seed < 100; seed++)
        {
            SKTypeface typeface = FigureStyle.For(seed).Typeface;
            seen.Add(typeface.FamilyName + typeface.FontStyle.Weight);
            Assert.True(typeface.ContainsGlyphs(characters));
        }
        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void Lines_and_letters_stand_out_from_the_ground()
    {
        for (long seed = 0; seed < 200; seed++)
        {
            var style = FigureStyle.For(seed);
            Assert.True(Contrast(style.Text, style.Background) > 4.5);
            Assert.True(Contrast(style.Colors[FigureColor.Ink], style.Background) > 4.5);
            Assert.True(Contrast(style.Colors[FigureColor.Accent], style.Background) > 3);
        }
    }

    // WCAG 2.1: (L1 + 0.05) / (L2 + 0.05).
    private static double Contrast(SKColor dark, SKColor light) => (Luminance(light) + 0.05) / (Luminance(dark) + 0.05);

    private static double Luminance(SKColor color) =>
        (0.2126 * Linear(color.Red)) + (0.7152 * Linear(color.Green)) + (0.0722 * Linear(color.Blue));

    private static double Linear(byte channel)
    {
        double value = channel / 255.0;
        return value <= 0.03928 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    private static void AssertDecodesTo(PixelImage expected, byte[] png)
    {
        using SKBitmap decoded = SKBitmap.Decode(png);
        Assert.Equal((expected.Width, expected.Height), (decoded.Width, decoded.Height));
        byte[] rgb = [.. decoded.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
        Assert.Equal(expected.Rgb, rgb);
    }
}
