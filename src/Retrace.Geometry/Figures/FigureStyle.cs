using SkiaSharp;

namespace Retrace.Geometry.Figures;

/// <summary>How a figure looks: dark lines and letters on a light ground.</summary>
internal sealed record FigureStyle(
    SKTypeface Typeface,
    float TextScale,
    float LineWidth,
    SKColor Background,
    SKColor Text,
    IReadOnlyDictionary<FigureColor, SKColor> Colors)
{
    // The scale evens out the widths of the typefaces, so that a label's room does not depend on the style.
    private static readonly (SKTypeface Typeface, float Scale)[] Typefaces =
    [
        (ShippedTypeface.Load("DejaVuSans-Bold.ttf"), 0.9f),
        (ShippedTypeface.Load("DejaVuSerif-Bold.ttf"), 0.9f),
        (ShippedTypeface.Load("OpenSans-Semibold.ttf"), 1.06f),
        (ShippedTypeface.Load("Roboto-Bold.ttf"), 1.06f),
    ];

    private static readonly uint[] Backgrounds =
        [0xffffffff, 0xffffffff, 0xffffffff, 0xfffffbea, 0xfff4f8ff, 0xfff2faf0, 0xfffdf3f5, 0xfff4f4f4];

    private static readonly uint[] Inks =
        [0xff000000, 0xff111111, 0xff1a2f6b, 0xff14532d, 0xff6b1a1a, 0xff4a1d6b, 0xff134e55, 0xff5a3410];

    private static readonly uint[] Accents =
        [0xffb91c1c, 0xff1d4ed8, 0xff15803d, 0xff7e22ce, 0xffb45309, 0xff0e7490];

    private static readonly uint[] Tints =
        [0xffcfe3ff, 0xffffd9c7, 0xffd5f2cf, 0xfff3dcff, 0xfffff0b8, 0xffcdf3f2, 0xffffd6e3, 0xffe2e2e2];

    /// <summary>Chooses a style; the same seed always gives the same one.</summary>
    public static FigureStyle For(long seed)
    {
        Random random = RandomStream.For(seed);
        (SKTypeface typeface, float scale) = Typefaces[random.Next(Typefaces.Length)];
        uint ink = Inks[random.Next(Inks.Length)];
        uint[] tints = [.. Tints];
        random.Shuffle(tints);
        var colors = new Dictionary<FigureColor, SKColor>
        {
            [FigureColor.Ink] = ink,
            [FigureColor.Accent] = Accents[random.Next(Accents.Length)],
            [FigureColor.Faint] = 0xffc8c8c8,
            [FigureColor.FirstTint] = tints[0],
            [FigureColor.SecondTint] = tints[1],
            [FigureColor.ThirdTint] = tints[2],
            [FigureColor.FourthTint] = tints[3],
        };
        return new FigureStyle(
            typeface,
            scale,
            1.6f + (0.8f * random.NextSingle()),
            Backgrounds[random.Next(Backgrounds.Length)],
            random.Next(2) == 0 ? new SKColor(0xff000000) : ink,
            colors);
    }
}
