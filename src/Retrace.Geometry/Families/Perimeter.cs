using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>The perimeter of a rectangle, a triangle or a quadrilateral with labelled sides.</summary>
internal sealed class Perimeter() : ProblemFamily("perimeter")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty) => difficulty switch
    {
        1 => Rectangle(random),
        2 => Triangle(random),
        _ => Quadrilateral(random),
    };

    private static (FigureSketch, ProblemText) Rectangle(Random random)
    {
        int width = Number(random, 2, 12);
        int height = Number(random, 2, 12);
        if (width == height)
        {
            height = width == 12 ? 11 : width + 1;
        }
        (FigureSketch sketch, string place) = RectangleFigure.Draw(random, width, height);
        int sum = width + height;
        string reasoning = Pick(random, $"{width} by {height}. ", $"sides {width} and {height}. ")
            + Pick(random, $"{width}+{height}={sum}, 2*{sum}={2 * sum}",
                $"{width}+{height}={sum}, {sum}+{sum}={2 * sum}");
        return (sketch, new ProblemText($"rectangle;{width};{height};{place}", "perimeter",
            Question(random, "rectangle"), reasoning, $"{2 * sum}")
        {
            Mistakes = [WrongFormula(reasoning, $"{width}+{height}={sum}", sum)], // Not doubled.
        });
    }

    private static (FigureSketch, ProblemText) Triangle(Random random)
    {
        int[] sides = new int[3];
        float first;
        float second;
        do
        {
            for (int i = 0; i < 3; i++)
            {
                sides[i] = Number(random, 3, 12);
            }
            // Side 0 joins corners 0 and 1, and so on: the law of cosines gives the angles at corners 0 and 1.
            first = Angle(sides[0], sides[2], sides[1]);
            second = Angle(sides[0], sides[1], sides[2]);
        }
        while (!(first > 38 && second > 38 && 180 - first - second > 38));
        var sketch = new FigureSketch(random, 112, 112);
        float turn = SmallTurn(random, 10) + (random.Next(2) * MathF.PI);
        Vector2[] corners = sketch.Fit(TriangleWithAngles(first, second), turn, 20, 22);
        DrawLabelled(sketch, corners, sides, "triangle");
        int sum = sides[0] + sides[1];
        string reasoning = Pick(random, $"sides {sides[0]}, {sides[1]}, {sides[2]}. ",
                $"I see {sides[0]}, {sides[1]} and {sides[2]}. ")
            + Pick(random, $"{sides[0]}+{sides[1]}+{sides[2]}={sides.Sum()}",
                $"{sides[0]}+{sides[1]}={sum}, {sum}+{sides[2]}={sides.Sum()}");
        return (sketch, new ProblemText($"triangle;{string.Join(',', sides)};{turn < 1}", "perimeter",
            Question(random, "triangle"), reasoning, $"{sides.Sum()}")
        {
            Mistakes = [WrongFormula(reasoning, $"{sides[0]}+{sides[1]}={sum}", sum)], // One side left out.
        });
    }

    private static (FigureSketch, ProblemText) Quadrilateral(Random random)
    {
        int[] sides = [Number(random, 2, 12), Number(random, 2, 12), Number(random, 2, 12), Number(random, 2, 12)];
        var sketch = new FigureSketch(random, 112, 112);
        Vector2[] corners = [new(28, 26), new(84, 26), new(84, 86), new(28, 86)];
        for (int i = 0; i < 4; i++)
        {
            corners[i] += new Vector2(random.Next(-7, 8), random.Next(-7, 8));
        }
        DrawLabelled(sketch, corners, sides, "quadrilateral");
        int first = sides[0] + sides[1];
        int second = sides[2] + sides[3];
        string all = string.Join(", ", sides);
        string reasoning = Pick(random, $"sides {all}. ", $"I see {all}. ")
            + Pick(random,
                $"{sides[0]}+{sides[1]}={first}, {sides[2]}+{sides[3]}={second}, {first}+{second}={sides.Sum()}",
                $"{string.Join('+', sides)}={sides.Sum()}");
        return (sketch, new ProblemText($"quadrilateral;{all}", "perimeter", Question(random, "figure"), reasoning,
            $"{sides.Sum()}")
        {
            Mistakes = [WrongFormula(reasoning, $"{sides[0]}+{sides[1]}={first}", first)], // Two sides left out.
        });
    }

    private static void DrawLabelled(FigureSketch sketch, Vector2[] corners, int[] sides, string role)
    {
        sketch.Polygon(corners, role, fill: FigureColor.FirstTint);
        for (int i = 0; i < corners.Length; i++)
        {
            sketch.LabelSide($"{sides[i]}", "side", corners[i], corners[(i + 1) % corners.Length], Middle(corners));
        }
    }

    private static Wording Question(Random random, string figure) => Ask(random,
        $"What is the perimeter of the {figure}?", $"Find the perimeter of this {figure}.",
        $"How long is the way around the {figure}?");

    // Between two sides, opposite the third; degrees, NaN if there is no such triangle.
    private static float Angle(int one, int other, int opposite) =>
        MathF.Acos(((one * one) + (other * other) - (opposite * opposite)) / (2f * one * other)) * 180 / MathF.PI;
}
