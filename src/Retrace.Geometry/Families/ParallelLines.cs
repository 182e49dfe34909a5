using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A line crosses two parallel lines; one angle is given, an equal or supplementary one is asked.</summary>
internal sealed class ParallelLines() : ProblemFamily("parallel-lines")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int angle;
        do
        {
            angle = Number(random, 50, 130, difficulty == 3 ? 1 : 5);
        }
        while (angle is > 84 and < 96);
        var sketch = new FigureSketch(random, 112, 112) { Turn = SmallTurn(random, 10) };
        float slope = 1 / MathF.Tan(angle * MathF.PI / 180);
        // The crossing line goes up to the right by the angle; y grows downwards.
        Vector2 upper = new(56 + (20 * slope), 36);
        Vector2 lower = new(56 - (20 * slope), 76);
        Vector2 up = Polar(-angle, 1);
        sketch.Line(new(6, 36), new(106, 36), "parallel");
        sketch.Line(new(6, 76), new(106, 76), "parallel");
        sketch.Line(upper + (28 * up), lower - (28 * up), "transversal", FigureColor.Accent);
        sketch.Name("upper", upper);
        sketch.Name("lower", lower);
        // The sectors around a crossing, counter-clockwise from the right: the even ones measure the angle.
        Vector2[] rays = [Vector2.UnitX, up, -Vector2.UnitX, -up];
        bool equal = difficulty == 1 || (difficulty == 3 && random.Next(2) == 0);
        bool givenUpper = random.Next(2) == 0;
        int givenSector = random.Next(4);
        int askedSector = (givenSector + (equal ? 2 * random.Next(2) : 1 + (2 * random.Next(2)))) % 4;
        int given = givenSector % 2 == 0 ? angle : 180 - angle;
        int answer = equal ? given : 180 - given;
        (Vector2 givenAt, Vector2 askedAt) = givenUpper ? (upper, lower) : (lower, upper);
        sketch.AngleMark(givenAt + rays[givenSector], givenAt, givenAt + rays[(givenSector + 1) % 4], 9);
        sketch.AngleMark(askedAt + rays[askedSector], askedAt, askedAt + rays[(askedSector + 1) % 4], 9);
        sketch.LabelAngle($"{given}", givenUpper ? "upper" : "lower", givenAt + rays[givenSector], givenAt,
            givenAt + rays[(givenSector + 1) % 4], 30);
        sketch.LabelAngle("x", givenUpper ? "lower" : "upper", askedAt + rays[askedSector], askedAt,
            askedAt + rays[(askedSector + 1) % 4], 30);
        string reasoning = equal
            ? Pick(random, $"one angle is {given}. x is equal, x={given}", $"I see {given}. equal angles, x={given}")
            : Pick(random, $"one angle is {given}. together 180, 180-{given}={answer}",
                $"I see {given}. x and {given} make 180. 180-{given}={answer}");
        Wording question = Ask(random, "Two lines are parallel. Find angle x.",
            "The lines are parallel. How many degrees is x?", "What is angle x between the parallel lines?");
        return (sketch, new ProblemText(
            $"{given};{givenUpper};{givenSector};{askedSector}", "angle x", question, reasoning, $"{answer}"));
    }
}
