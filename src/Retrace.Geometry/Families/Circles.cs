using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Radius and diameter; a circle in a square; two circles that touch.</summary>
internal sealed class Circles() : ProblemFamily("circle")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty) => difficulty switch
    {
        1 => OneCircle(random),
        2 => InSquare(random),
        _ => Touching(random),
    };

    private static (FigureSketch, ProblemText) OneCircle(Random random)
    {
        var sketch = new FigureSketch(random, 112, 112);
        bool radiusGiven = random.Next(2) == 0;
        int radius = Number(random, 3, 30);
        Vector2 center = new(56, 56);
        int direction = random.Next(8);
        Vector2 rim = center + Polar((45 * direction) + (20 * random.NextSingle()) - 10, 46);
        sketch.Circle(center, 46, "circle", fill: random.Next(2) == 0 ? FigureColor.FirstTint : FigureColor.None);
        sketch.Dot(center, "center");
        Vector2 start = radiusGiven ? center : center - (rim - center);
        sketch.Line(start, rim, radiusGiven ? "radius" : "diameter", FigureColor.Accent);
        int given = radiusGiven ? radius : 2 * radius;
        int answer = radiusGiven ? 2 * radius : radius;
        Vector2 across = Vector2.Normalize(new Vector2(center.Y - rim.Y, rim.X - center.X));
        sketch.LabelSide($"{given}", radiusGiven ? "radius" : "diameter", start, rim,
            ((start + rim) / 2) + (random.Next(2) == 0 ? across : -across));
        string reasoning = radiusGiven
            ? Pick(random, $"radius {given}. 2*{given}={answer}", $"r={given}. {given}+{given}={answer}")
            : Pick(random, $"diameter {given}. {given}/2={answer}", $"d={given}. half of {given} is {answer}");
        string name = radiusGiven ? "diameter" : "radius";
        Wording question = Ask(random, $"What is the {name} of the circle?", $"Find the {name} of this circle.",
            $"How long is the {name} of the circle?");
        return (sketch, new ProblemText($"one;{given};{radiusGiven};{direction}", name,
            question, reasoning, $"{answer}")
        { Mistakes = [PrintedNumber(reasoning, given)] });
    }

    private static (FigureSketch, ProblemText) InSquare(Random random)
    {
        bool radiusGiven = random.Next(2) == 0;
        int radius = Number(random, 3, 30);
        var sketch = new FigureSketch(random, 112, 112);
        Vector2 center = new(radiusGiven ? 56 : 66, radiusGiven ? 56 : 46);
        float half = radiusGiven ? 48 : 40;
        sketch.Rectangle(center - new Vector2(half), center + new Vector2(half), "square");
        sketch.Circle(center, half, "circle", fill: FigureColor.FirstTint);
        sketch.Dot(center, "center");
        Vector2[] corners =
        [
            center + new Vector2(-half, -half), center + new Vector2(half, -half),
            center + new Vector2(half, half), center + new Vector2(-half, half),
        ];
        int given = radiusGiven ? radius : 2 * radius;
        int answer = radiusGiven ? 2 * radius : radius;
        int place = random.Next(radiusGiven ? 4 : 2);
        if (radiusGiven)
        {
            Vector2 rim = center + Polar(45 + (90 * place), half);
            sketch.Line(center, rim, "radius", FigureColor.Accent);
            sketch.LabelSide($"{given}", "radius", center, rim, center + new Vector2(0, 50));
        }
        else
        {
            Vector2 rim = center + Polar(-60 * (place + 1), half);
            sketch.Line(center, rim, "radius", FigureColor.Accent);
            sketch.LabelSide("r", "unused", center, rim, center + new Vector2(0, 50));
            sketch.LabelSide($"{given}", "side", corners[2 + place], corners[(3 + place) % 4], center);
        }
        string reasoning = radiusGiven
            ? Pick(random, $"radius {given}. side 2*{given}={answer}", $"r={given}. side is {given}+{given}={answer}")
            : Pick(random, $"side {given}. {given}/2={answer}", $"the side is {given}. r=half of {given}={answer}");
        Wording question = radiusGiven
            ? Ask(random, "What is the side of the square?", "How long is a side of the square?",
                "Find the side of the square.")
            : Ask(random, "What is the radius of the circle?", "Find the radius r of the circle.",
                "How long is the radius r?");
        return (sketch, new ProblemText($"square;{given};{radiusGiven};{place}", radiusGiven ? "side" : "radius",
            question, reasoning, $"{answer}")
        { Mistakes = [PrintedNumber(reasoning, given)] });
    }

    private static (FigureSketch, ProblemText) Touching(Random random)
    {
        int one = Number(random, 2, 20);
        int other = Number(random, 2, 20);
        var sketch = new FigureSketch(random, 140, 112) { Turn = SmallTurn(random, 10) };
        float scale = 62f / (one + other);
        float first = Math.Clamp(scale * one, 25, 37);
        float second = 62 - first;
        Vector2 left = new(70 - 62 + first, 56);
        Vector2 right = new(70 + 62 - second, 56);
        sketch.Circle(left, first, "first circle", fill: FigureColor.FirstTint);
        sketch.Circle(right, second, "second circle", fill: FigureColor.SecondTint);
        sketch.Line(left, right, "centers", FigureColor.Accent);
        sketch.Dot(left, "center");
        sketch.Dot(right, "center");
        sketch.Label($"{one}", "first radius", left + new Vector2(first / 2, -13));
        sketch.Label($"{other}", "second radius", right + new Vector2(-second / 2, -13));
        string reasoning = Pick(random, $"radii {one} and {other}. ", $"I see {one} and {other}. ")
            + $"{one}+{other}={one + other}";
        Wording question = Ask(random, "How far apart are the two centers?",
            "What is the distance between the centers?", "Find the distance of the two centers.");
        return (sketch, new ProblemText($"touching;{one};{other}", "distance", question, reasoning, $"{one + other}")
        {
            Mistakes = [PrintedNumber(reasoning, Math.Max(one, other))],
        });
    }
}
