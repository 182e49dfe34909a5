using SkiaSharp;

namespace Retrace.Geometry.Figures;

/// <summary>The typefaces that ship with the program, so that letters look alike on every machine.</summary>
public static class ShippedTypeface
{
    /// <param name="name">A file in the folder Fonts.</param>
    public static SKTypeface Load(string name)
    {
        using Stream stream = typeof(ShippedTypeface).Assembly.GetManifestResourceStream(name)!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
