using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A rectangle with one label for its width and one for its height.</summary>
internal static class RectangleFigure
{
    /// <summary>The figure, and where its labels are.</summary>
    public static (FigureSketch Sketch, string Place) Draw(Random random, int width, int height)
    {
        var sketch = new FigureSketch(random, 112, 112) { Turn = ((2 * random.NextSingle()) - 1) * 0.14f };
        float scale = 60f / Math.Max(width, height);
        Vector2 half = new(MathF.Max(36, scale * width) / 2, MathF.Max(34, scale * height) / 2);
        Vector2 middle = new(56, 56);
        Vector2[] corners =
            [middle - half, new(56 + half.X, 56 - half.Y), middle + half, new(56 - half.X, 56 + half.Y)];
        sketch.Polygon(corners, "rectangle", fill: random.Next(2) == 0 ? FigureColor.FirstTint : FigureColor.None);
        int across = 2 * random.Next(2);
        int along = 1 + (2 * random.Next(2));
        sketch.LabelSide($"{width}", "width", corners[across], corners[across + 1], middle);
        sketch.LabelSide($"{height}", "height", corners[along], corners[(along + 1) % 4], middle);
        return (sketch, $"{across}{along}");
    }
}
