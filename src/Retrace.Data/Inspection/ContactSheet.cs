using Retrace.Files;
using Retrace.Geometry;
using Retrace.Geometry.Figures;
using Retrace.Images;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Data.Inspection;

/// <summary>A picture of many images of a data set side by side.</summary>
public static class ContactSheet
{
    private const int Columns = 8;
    private const int Most = 48;
    private const int Cell = 180;   // Pixels, side of the room for an image.
    private const int Caption = 22; // Pixels, height of the line below it.
    private const int Gap = 8;      // Pixels.

    /// <summary>
    /// Writes the first image of up to 48 problems, spread evenly over the set, with their ids, as PNG, atomically.
    /// </summary>
    /// <returns>How many images are on it.</returns>
    /// <exception cref="BadInputException">
    /// No problem has an image, one cannot be decoded, or the file cannot be written.
    /// </exception>
    public static int Write(IReadOnlyList<Problem> problems, string path)
    {
        Problem[] shown = Spread([.. problems.Where(problem => problem.Images.Count > 0)]);
        if (shown.Length == 0)
        {
            throw new BadInputException($"{path}: no problem has an image to show");
        }
        int columns = Math.Min(Columns, shown.Length);
        int rows = (shown.Length + columns - 1) / columns;
        SKImageInfo size = new(
            Gap + columns * (Cell + Gap), Gap + rows * (Cell + Caption + Gap), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKBitmap sheet = new(size);
        using SKCanvas canvas = new(sheet);
        using SKTypeface typeface = ShippedTypeface.Load("OpenSans-Semibold.ttf");
        using SKFont font = new(typeface, size: 13);
        using SKPaint ink = new() { Color = new SKColor(0xff333333), IsAntialias = true };
        canvas.Clear(new SKColor(0xffe4e4e4));
        foreach ((int i, Problem problem) in shown.Index())
        {
            float left = Gap + i % columns * (Cell + Gap);
            float top = Gap + i / columns * (Cell + Caption + Gap);
            Paint(canvas, problem.Images[0], left, top);
            string caption = font.BreakText(problem.Id, Cell) < problem.Id.Length
                ? problem.Id[..Math.Max(1, font.BreakText(problem.Id, Cell - 12))] + "..."
                : problem.Id;
            canvas.DrawText(caption, left, top + Cell + Caption - 6, SKTextAlign.Left, font, ink);
        }
        canvas.Flush();
        using SKData png = sheet.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.SaveTo);
        return shown.Length;
    }

    private static Problem[] Spread(Problem[] problems) => problems.Length <= Most
        ? problems
        : [.. Enumerable.Range(0, Most).Select(i => problems[(int)((long)i * problems.Length / Most)])];

    // Scaled to fit, in the middle of its room, on white.
    private static void Paint(SKCanvas canvas, ProblemImage image, float left, float top)
    {
        PixelImage pixels = ImageDecoder.Decode(image.ReadBytes(), image.Name);
        using var picture = SKImage.FromEncodedData(ImageDecoder.EncodePng(pixels));
        float scale = Math.Min(1, Math.Min((float)Cell / pixels.Width, (float)Cell / pixels.Height));
        float width = pixels.Width * scale;
        float height = pixels.Height * scale;
        using SKPaint paper = new() { Color = SKColors.White };
        canvas.DrawRect(left, top, Cell, Cell, paper);
        canvas.DrawImage(
            picture,
            SKRect.Create(left + (Cell - width) / 2, top + (Cell - height) / 2, width, height),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }
}
