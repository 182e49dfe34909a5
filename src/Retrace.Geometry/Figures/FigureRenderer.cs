using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Geometry.Figures;

/// <summary>Draws figures. Thread-safe, and the same description always gives the same pixels.</summary>
public static class FigureRenderer
{
    /// <summary>Renders a figure to pixels.</summary>
    public static PixelImage Render(FigureDescription figure)
    {
        using SKBitmap bitmap = Draw(figure);
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        byte[] rgb = new byte[3 * figure.Width * figure.Height];
        for (int source = 0, target = 0; target < rgb.Length; source += 4, target += 3)
        {
            rgb[target] = Coarsen(rgba[source]);
            rgb[target + 1] = Coarsen(rgba[source + 1]);
            rgb[target + 2] = Coarsen(rgba[source + 2]);
        }
        return new PixelImage(figure.Width, figure.Height, rgb);
    }

    /// <summary>The figure as a PNG file; it decodes to the pixels of <see cref="Render"/>.</summary>
    public static byte[] RenderPng(FigureDescription figure) => PngEncoder.Encode(Render(figure));

    // Sixteen levels a channel: the eye sees no difference, and the softened edges fit a palette.
    private static byte Coarsen(byte value) => (byte)((value + 8) / 17 * 17);

    private static SKBitmap Draw(FigureDescription figure)
    {
        var style = FigureStyle.For(figure.StyleSeed);
        var bitmap = new SKBitmap(
            new SKImageInfo(figure.Width, figure.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        canvas.Clear(style.Background);
        foreach (FigureShape shape in figure.Shapes)
        {
            Draw(canvas, paint, shape, style);
        }
        paint.PathEffect = null;
        using var font = new SKFont(style.Typeface)
        {
            Edging = SKFontEdging.Antialias,
            Hinting = SKFontHinting.None,
            Subpixel = true,
        };
        foreach (FigureText text in figure.Texts)
        {
            Draw(canvas, paint, font, text, style);
        }
        return bitmap;
    }

    private static void Draw(SKCanvas canvas, SKPaint paint, FigureShape shape, FigureStyle style)
    {
        using SKPath path = PathOf(shape);
        paint.PathEffect = null;
        if (shape.Fill != FigureColor.None)
        {
            paint.Style = SKPaintStyle.Fill;
            paint.Color = style.Colors[shape.Fill];
            canvas.DrawPath(path, paint);
        }
        if (shape.Stroke != FigureColor.None)
        {
            paint.Style = SKPaintStyle.Stroke;
            paint.Color = style.Colors[shape.Stroke];
            paint.StrokeWidth = style.LineWidth * (float)shape.Thickness;
            using SKPathEffect? dashes =
                shape.Kind == ShapeKind.DashedLine ? SKPathEffect.CreateDash([4, 4], 0) : null;
            paint.PathEffect = dashes;
            canvas.DrawPath(path, paint);
            paint.PathEffect = null;
        }
    }

    private static SKPath PathOf(FigureShape shape)
    {
        float[] numbers = [.. shape.Numbers.Select(number => (float)number)];
        var path = new SKPath();
        switch (shape.Kind)
        {
            case ShapeKind.Line or ShapeKind.DashedLine:
                path.MoveTo(numbers[0], numbers[1]);
                path.LineTo(numbers[2], numbers[3]);
                break;
            case ShapeKind.Polygon:
                path.MoveTo(numbers[0], numbers[1]);
                for (int i = 2; i < numbers.Length; i += 2)
                {
                    path.LineTo(numbers[i], numbers[i + 1]);
                }
                path.Close();
                break;
            case ShapeKind.Circle:
                path.AddCircle(numbers[0], numbers[1], numbers[2]);
                break;
            default:
                var square = new SKRect(
                    numbers[0] - numbers[2], numbers[1] - numbers[2], numbers[0] + numbers[2], numbers[1] + numbers[2]);
                if (shape.Kind == ShapeKind.Sector)
                {
                    path.MoveTo(numbers[0], numbers[1]);
                    path.ArcTo(square, numbers[3], numbers[4], false);
                    path.Close();
                }
                else
                {
                    path.AddArc(square, numbers[3], numbers[4]);
                }
                break;
        }
        return path;
    }

    private static void Draw(SKCanvas canvas, SKPaint paint, SKFont font, FigureText text, FigureStyle style)
    {
        font.Size = (float)text.Size * style.TextScale;
        font.MeasureText(text.Value, out SKRect bounds);
        float x = (float)text.X - bounds.MidX;
        // Letters and digits stand on one base line: the height of a capital centres them alike.
        float y = (float)text.Y + (font.Metrics.CapHeight / 2);
        paint.Style = SKPaintStyle.StrokeAndFill;
        paint.StrokeWidth = 4;
        paint.Color = style.Background;
        canvas.DrawText(text.Value, x, y, font, paint);
        paint.Style = SKPaintStyle.Fill;
        paint.Color = style.Text;
        canvas.DrawText(text.Value, x, y, font, paint);
    }
}
