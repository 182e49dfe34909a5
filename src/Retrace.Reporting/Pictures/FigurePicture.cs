using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Html;
using SkiaSharp;

namespace Retrace.Reporting.Pictures;

/// <summary>Draws a figure's SVG as a PNG, in the colours of the light page.</summary>
/// <remarks>
/// It draws the few kinds of elements that our figures are made of. The library for SVG, Svg.Skia, needs a version of
/// SkiaSharp other than the one that our images are tested with, and knows no variables in style sheets. The letters are
/// embedded, so that a picture looks the same on every machine, also where no fonts are installed.
/// </remarks>
internal static class FigurePicture
{
    private const float Scale = 3; // Pixels for a unit of the figure.
    private const float Margin = 12;

    private static readonly Lazy<SKTypeface> Typeface = new(() =>
    {
        using Stream font = typeof(FigurePicture).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(font);
    });

    /// <param name="svg">The document, as <see cref="Figure.Alone"/> makes it.</param>
    public static byte[] DrawPng(XElement svg)
    {
        float[] box =
        [
            .. svg.Attribute("viewBox")!.Value.Split(' ').Select(part => float.Parse(part, CultureInfo.InvariantCulture)),
        ];
        ComputedStyle style = ComputedStyle.OfRoot(svg, HtmlPage.StyleSheet);
        float width = Math.Max(box[2], RightOf(svg, style)) + 2 * Margin;
        float height = box[3] + 2 * Margin;
        using var bitmap = new SKBitmap(new SKImageInfo(
            (int)Math.Ceiling(width * Scale), (int)Math.Ceiling(height * Scale), SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(Scale);
        canvas.Translate(Margin, Margin);
        DrawChildren(canvas, svg, style);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    // Where the longest line of the legend ends.
    private static float RightOf(XElement svg, ComputedStyle style)
    {
        using SKFont font = FontOf(style);
        return svg.Elements("text")
            .Select(text => Number(text, "x") + font.MeasureText(text.Value))
            .Max();
    }

    private static void DrawChildren(SKCanvas canvas, XElement parent, ComputedStyle style)
    {
        foreach (XElement element in parent.Elements())
        {
            ComputedStyle own = style.Of(element);
            switch (element.Name.LocalName)
            {
                case "g":
                    DrawGroup(canvas, element, own);
                    break;
                case "path":
                    using (var path = SKPath.ParseSvgPathData(element.Attribute("d")!.Value))
                    {
                        DrawShape(canvas, path, own);
                    }
                    break;
                case "circle":
                    using (var circle = new SKPath())
                    {
                        circle.AddCircle(Number(element, "cx"), Number(element, "cy"), Number(element, "r"));
                        DrawShape(canvas, circle, own);
                    }
                    break;
                case "text":
                    DrawText(canvas, element, own);
                    break;
            }
        }
    }

    private static void DrawGroup(SKCanvas canvas, XElement group, ComputedStyle style)
    {
        canvas.Save();
        if (group.Attribute("transform")?.Value is string transform)
        {
            string[] shift = transform["translate(".Length..^1].Split(' ');
            canvas.Translate(
                float.Parse(shift[0], CultureInfo.InvariantCulture), float.Parse(shift[1], CultureInfo.InvariantCulture));
        }
        DrawChildren(canvas, group, style);
        canvas.Restore();
    }

    private static void DrawShape(SKCanvas canvas, SKPath path, ComputedStyle style)
    {
        using SKPaint paint = new() { IsAntialias = true };
        if (ColourOf(style, "fill", "black") is SKColor fill)
        {
            paint.Color = fill;
            canvas.DrawPath(path, paint);
        }
        if (ColourOf(style, "stroke", "none") is SKColor stroke)
        {
            paint.Style = SKPaintStyle.Stroke;
            paint.Color = stroke;
            paint.StrokeWidth = style.Number("stroke-width", 1);
            paint.StrokeCap = style["stroke-linecap"] == "round" ? SKStrokeCap.Round : SKStrokeCap.Butt;
            paint.StrokeJoin = style["stroke-linejoin"] == "round" ? SKStrokeJoin.Round : SKStrokeJoin.Miter;
            using SKPathEffect? dash = DashOf(style);
            paint.PathEffect = dash;
            canvas.DrawPath(path, paint);
        }
    }

    private static void DrawText(SKCanvas canvas, XElement text, ComputedStyle style)
    {
        using SKFont font = FontOf(style);
        using SKPaint paint = new() { IsAntialias = true, Color = ColourOf(style, "fill", "black") ?? SKColors.Black };
        SKTextAlign align = style["text-anchor"] switch
        {
            "middle" => SKTextAlign.Center,
            "end" => SKTextAlign.Right,
            _ => SKTextAlign.Left,
        };
        canvas.DrawText(text.Value, Number(text, "x"), Number(text, "y"), align, font, paint);
    }

    // At the font size that texts of a plot have.
    private static SKFont FontOf(ComputedStyle style) => new(Typeface.Value, style.Number("font-size", 11))
    {
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
        Subpixel = true,
    };

    private static SKColor? ColourOf(ComputedStyle style, string property, string otherwise)
    {
        string value = style[property] ?? otherwise;
        if (value == "none")
        {
            return null;
        }
        SKColor colour = value == "black" ? SKColors.Black : SKColor.Parse(value);
        return colour.WithAlpha((byte)Math.Round(255 * style.Number($"{property}-opacity", 1)));
    }

    private static SKPathEffect? DashOf(ComputedStyle style) => style["stroke-dasharray"] is string dash and not "none"
        ? SKPathEffect.CreateDash(
            [.. dash.Split(' ').Select(part => float.Parse(part, CultureInfo.InvariantCulture))], 0)
        : null;

    private static float Number(XElement element, string attribute) =>
        float.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
