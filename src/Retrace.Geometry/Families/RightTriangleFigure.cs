using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A right triangle with its legs along the edges of the figure, a little turned.</summary>
internal static class RightTriangleFigure
{
    /// <summary>Draws the outline and the mark of the right angle.</summary>
    /// <param name="random">Decides the turn.</param>
    /// <param name="sketch">The sketch that is drawn on.</param>
    /// <param name="one">The length of the leg from corner 0 to corner 1.</param>
    /// <param name="other">The length of the leg from corner 0 to corner 2.</param>
    /// <param name="quarter">In which of the four corners of the figure the right angle is.</param>
    /// <returns>The corners, the right angle first, and their middle.</returns>
    public static (Vector2[] Corners, Vector2 Middle) Draw(
        Random random, FigureSketch sketch, float one, float other, int quarter)
    {
        // Very long triangles leave no room for labels: the drawn ratio stays below 1.7.
        float ratio = Math.Clamp(one / other, 1 / 1.7f, 1.7f);
        Vector2[] corners = [Vector2.Zero, new(quarter % 2 == 0 ? ratio : -ratio, 0), new(0, quarter < 2 ? -1 : 1)];
        corners = sketch.Fit(corners, ((2 * random.NextSingle()) - 1) * 0.14f, 24, 22);
        sketch.Polygon(corners, "triangle", fill: random.Next(2) == 0 ? FigureColor.FirstTint : FigureColor.None);
        sketch.RightAngleMark(corners[1], corners[0], corners[2]);
        return (corners, (corners[0] + corners[1] + corners[2]) / 3);
    }
}
