using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A triangle with two marked equal sides and one angle given; another angle is asked.</summary>
internal sealed class IsoscelesAngles() : ProblemFamily("isosceles-angles")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        bool baseGiven = difficulty == 1 || (difficulty == 3 && random.Next(2) == 0);
        int baseAngle = Number(random, 36, 70, difficulty == 3 ? 1 : 2);
        int apex = 180 - (2 * baseAngle);
        var sketch = new FigureSketch(random, difficulty == 3 ? 140 : 112, difficulty == 3 ? 140 : 112);
        float turn = SmallTurn(random, 10) + (random.Next(2) * MathF.PI);
        float margin = difficulty == 3 ? 20 : 6;
        Vector2[] corners = sketch.Fit(TriangleWithAngles(baseAngle, baseAngle), turn, margin, margin);
        string[] letters = Letters(random, 3);
        int given = baseGiven ? random.Next(2) : 2;
        int asked = baseGiven ? 2 : random.Next(2);
        sketch.Polygon(corners, "triangle");
        sketch.EqualMark(corners[0], corners[2]);
        sketch.EqualMark(corners[1], corners[2]);
        int value = baseGiven ? baseAngle : apex;
        int answer = baseGiven ? apex : baseAngle;
        for (int i = 0; i < 3; i++)
        {
            sketch.Name(letters[i], corners[i]);
            if (difficulty == 3)
            {
                sketch.LabelCorner(letters[i], $"point {letters[i]}", corners[i], Middle(corners));
            }
            string? label = i == given ? $"{value}" : i == asked && difficulty < 3 ? "x" : null;
            if (label is not null)
            {
                sketch.LabelAngle(label, $"angle {letters[i]}",
                    corners[(i + 1) % 3], corners[i], corners[(i + 2) % 3], 40);
            }
        }
        string read = baseGiven
            ? Pick(random, $"base angle {value}.", $"equal angles {value} and {value}.")
            : Pick(random, $"top angle {value}.", $"the angle between equal sides is {value}.");
        string calculation = baseGiven
            ? Pick(random, $"180-{value}-{value}={answer}", $"2*{value}={2 * value}, 180-{2 * value}={answer}")
            : $"180-{value}={180 - value}, {180 - value}/2={answer}";
        string name = difficulty == 3 ? $"angle {letters[asked]}" : "angle x";
        Wording question = Ask(random, $"The marked sides are equal. Find {name}.",
            $"Two sides are equal. What is {name} in degrees?",
            $"How many degrees is {name}, if the marked sides are equal?");
        return (sketch, Suggest(random, new ProblemText(
            $"{value};{given};{asked};{turn < 1};{(difficulty == 3 ? letters[0] : "")}",
            $"angle {letters[asked]}", question, $"{read} {calculation}", $"{answer}"),
            ("It looks equilateral.", "60"), ("It looks like half a square.", "45")));
    }
}
