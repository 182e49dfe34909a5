using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Two angles of a triangle are given; the third, or an exterior angle, is asked.</summary>
internal sealed class TriangleAngles() : ProblemFamily("triangle-angles")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int step = difficulty == 3 ? 1 : 5;
        int[] angles = new int[3];
        do
        {
            angles[0] = Number(random, 35, 95, step);
            angles[1] = Number(random, 35, 95, step);
            angles[2] = 180 - angles[0] - angles[1];
        }
        while (angles[2] < 35);
        return difficulty == 3 && random.Next(2) == 0 ? Exterior(random, angles) : Interior(random, difficulty, angles);
    }

    private static (FigureSketch, ProblemText) Interior(Random random, int difficulty, int[] angles)
    {
        var sketch = new FigureSketch(random, 140, difficulty == 1 ? 112 : 140) { LabelSize = 16 + random.Next(2) };
        Vector2[] corners = sketch.Fit(
            TriangleWithAngles(angles[0], angles[1]), Base(random), difficulty == 1 ? 6 : 20, difficulty == 1 ? 6 : 20);
        int asked = random.Next(3);
        string[] letters = Letters(random, 3);
        sketch.Polygon(corners, "triangle");
        for (int i = 0; i < 3; i++)
        {
            sketch.Name(letters[i], corners[i]);
            string value = i == asked ? "x" : $"{angles[i]}";
            if (i != asked || difficulty == 1)
            {
                sketch.LabelAngle(value, $"angle {letters[i]}", corners[(i + 1) % 3], corners[i], corners[(i + 2) % 3]);
            }
            if (difficulty > 1)
            {
                sketch.LabelCorner(letters[i], $"point {letters[i]}", corners[i], Middle(corners));
            }
        }
        int first = (asked + 1) % 3;
        int second = (asked + 2) % 3;
        if (first > second)
        {
            (first, second) = (second, first);
        }
        int a = angles[first];
        int b = angles[second];
        string read = difficulty == 1
            ? Pick(random, $"angles {a} and {b}.", $"I see {a} and {b}.")
            : Pick(random, $"{letters[first]}={a}, {letters[second]}={b}.",
                $"angle {letters[first]} is {a}, angle {letters[second]} is {b}.");
        string calculation = Pick(random, $"180-{a}-{b}={angles[asked]}",
            $"{a}+{b}={a + b}, 180-{a + b}={angles[asked]}");
        Wording question = difficulty == 1
            ? Ask(random, "Find the angle x in degrees.", "What is the size of angle x?", "How many degrees is x?")
            : Ask(random, $"Find angle {letters[asked]} in degrees.", $"What is the size of angle {letters[asked]}?",
                $"How many degrees is angle {letters[asked]}?");
        return (sketch, new ProblemText(
            $"{string.Join(',', angles)};{asked};{(difficulty == 1 ? "" : letters[0])}",
            $"angle {letters[asked]}", question, $"{read} {calculation}", $"{angles[asked]}")
        {
            Mistakes = [WrongFormula($"{read} ", $"{a}+{b}={a + b}", a + b)], // Not taken from the sum of all three.
        });
    }

    private static (FigureSketch, ProblemText) Exterior(Random random, int[] angles)
    {
        var sketch = new FigureSketch(random, 140, 112);
        Vector2[] triangle = TriangleWithAngles(angles[0], angles[1]);
        bool flipped = random.Next(2) == 0;
        if (flipped)
        {
            triangle = [.. triangle.Select(corner => new Vector2(-corner.X, corner.Y))];
        }
        Vector2 beyond = triangle[1] + (0.75f * (triangle[1] - triangle[0]));
        Vector2[] points = sketch.Fit([.. triangle, beyond], SmallTurn(random, 8), 6, 12);
        sketch.Polygon(points[..3], "triangle");
        sketch.Line(points[1], points[3], "extension");
        string[] letters = ["A", "B", "C", "D"];
        for (int i = 0; i < 4; i++)
        {
            sketch.Name(letters[i], points[i]);
        }
        sketch.LabelAngle($"{angles[0]}", "angle A", points[1], points[0], points[2]);
        sketch.LabelAngle($"{angles[2]}", "angle C", points[0], points[2], points[1]);
        sketch.LabelAngle("x", "exterior angle B", points[3], points[1], points[2], 20);
        int a = angles[0];
        int b = angles[2];
        string read = Pick(random, $"angles {a} and {b}, x is outside.", $"I see {a} and {b}, x outside.");
        Wording question = Ask(random, "Find the angle x in degrees.", "What is the size of angle x?",
            "How many degrees is x?");
        return (sketch, new ProblemText(
            $"exterior;{a},{b};{flipped}", "exterior angle B", question, $"{read} {a}+{b}={a + b}", $"{a + b}")
        {
            Mistakes = [WrongFormula($"{read} ", $"180-{a + b}={180 - a - b}", 180 - a - b)], // The angle inside.
        });
    }

    // Flat side down or up, a little turned.
    private static float Base(Random random) => SmallTurn(random, 10) + (random.Next(2) * MathF.PI);
}
