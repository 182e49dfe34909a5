using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Rays divide a straight angle; all parts but one are given.</summary>
internal sealed class StraightAngle() : ProblemFamily("straight-angle")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int parts = difficulty == 1 ? 2 : 3;
        int step = difficulty == 3 ? 1 : 5;
        int[] angles = new int[parts];
        do
        {
            angles[^1] = 180;
            for (int i = 0; i < parts - 1; i++)
            {
                angles[i] = Number(random, 35, parts == 2 ? 145 : 95, step);
                angles[^1] -= angles[i];
            }
        }
        while (angles[^1] < 35 || (parts == 2 && Math.Abs(angles[0] - 90) < 5));
        bool below = random.Next(2) == 0;
        int side = below ? 1 : -1;
        var sketch = new FigureSketch(random, 112, 112) { Turn = SmallTurn(random, 10) };
        Vector2 corner = new(56, 56 - (side * 32));
        sketch.Line(corner - new Vector2(50, 0), corner + new Vector2(50, 0), "line");
        int asked = random.Next(parts);
        float from = 0;
        sketch.Name("corner", corner);
        for (int i = 0; i < parts; i++)
        {
            float to = from + angles[i];
            Vector2 first = corner + Polar(side * from, 60);
            Vector2 second = corner + Polar(side * to, 60);
            if (i < parts - 1)
            {
                sketch.Line(corner, second, "ray", FigureColor.Accent);
            }
            sketch.AngleMark(first, corner, second, 10);
            sketch.Label(i == asked ? "x" : $"{angles[i]}", "angle",
                corner + Polar(side * (from + to) / 2, parts == 2 ? 28 : 38));
            from = to;
        }
        int[] given = [.. angles.Where((_, i) => i != asked)];
        int answer = angles[asked];
        string reasoning;
        if (parts == 2)
        {
            reasoning = Pick(random, $"one angle is {given[0]}. 180-{given[0]}={answer}",
                $"I see {given[0]}. together 180, 180-{given[0]}={answer}");
        }
        else
        {
            int sum = given[0] + given[1];
            reasoning = Pick(random, $"angles {given[0]} and {given[1]}.", $"I see {given[0]} and {given[1]}.") + " "
                + Pick(random, $"180-{given[0]}-{given[1]}={answer}",
                    $"{given[0]}+{given[1]}={sum}, 180-{sum}={answer}");
        }
        Wording question = Ask(random, "The angles lie on a straight line. Find x.",
            "How many degrees is the angle x?", "What is angle x on the straight line?");
        return (sketch, Suggest(random, new ProblemText(
            $"{string.Join(',', angles)};{asked};{below}", "angle x", question, reasoning, $"{answer}"),
            ("It looks like a right angle.", "90"), ("It looks like a third of all.", "60")));
    }
}
