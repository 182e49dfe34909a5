using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>The area of a rectangle or of a right triangle.</summary>
internal sealed class Area() : ProblemFamily("area")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty) =>
        difficulty == 3 ? Triangle(random) : Rectangle(random, difficulty == 1 ? 9 : 12);

    private static (FigureSketch, ProblemText) Rectangle(Random random, int highest)
    {
        int width = Number(random, 2, highest);
        int height = Number(random, 2, highest);
        (FigureSketch sketch, string place) = RectangleFigure.Draw(random, width, height);
        string reasoning = Pick(random, $"{width} by {height}. ", $"sides {width} and {height}. ")
            + $"{width}*{height}={width * height}";
        return (sketch, new ProblemText($"rectangle;{width};{height};{place}", "area",
            Question(random, "rectangle"), reasoning, $"{width * height}")
        {
            // Half of the way around.
            Mistakes = [WrongFormula(reasoning, $"{width}+{height}={width + height}", width + height)],
        });
    }

    private static (FigureSketch, ProblemText) Triangle(Random random)
    {
        int one = Number(random, 2, 12);
        int other = Number(random, 2, 12);
        if (one * other % 2 == 1)
        {
            other++;
        }
        var sketch = new FigureSketch(random, 112, 112);
        int quarter = random.Next(4);
        (Vector2[] corners, _) = RightTriangleFigure.Draw(random, sketch, one, other, quarter);
        sketch.LabelSide($"{one}", "side", corners[0], corners[1], corners[2]);
        sketch.LabelSide($"{other}", "side", corners[0], corners[2], corners[1]);
        string reasoning = Pick(random, $"legs {one} and {other}. ", $"sides {one} and {other}. ")
            + $"{one}*{other}={one * other}, {one * other}/2={one * other / 2}";
        return (sketch, new ProblemText($"triangle;{one};{other};{quarter}", "area",
            Question(random, "triangle"), reasoning, $"{one * other / 2}")
        {
            Mistakes = [WrongFormula(reasoning, $"{one}*{other}={one * other}", one * other)], // Not halved.
        });
    }

    private static Wording Question(Random random, string figure) => Ask(random,
        $"What is the area of the {figure}?", $"Find the area of this {figure}.",
        $"How large is the area of the {figure}?");
}
