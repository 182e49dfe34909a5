using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Two sides of a right triangle are given and the third is asked; all three are integers.</summary>
internal sealed class Pythagoras() : ProblemFamily("pythagoras")
{
    private static readonly (int Short, int Long, int Hypotenuse)[][] TriplesByDifficulty =
    [
        [(3, 4, 5), (6, 8, 10), (5, 12, 13), (9, 12, 15)],
        [(3, 4, 5), (6, 8, 10), (5, 12, 13), (9, 12, 15), (12, 16, 20)],
        [(8, 15, 17), (12, 16, 20), (7, 24, 25), (10, 24, 26), (20, 21, 29), (18, 24, 30)],
    ];

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        (int Short, int Long, int Hypotenuse)[] triples = TriplesByDifficulty[difficulty - 1];
        (int one, int other, int hypotenuse) = triples[random.Next(triples.Length)];
        if (random.Next(2) == 0)
        {
            (one, other) = (other, one);
        }
        // Which side is asked: 0 and 1 the legs, 2 the hypotenuse.
        int asked = difficulty == 1 ? 2 : random.Next(3);
        int quarter = random.Next(4);
        string unknown = Pick(random, "x", "y", "z", "a", "b");
        var sketch = new FigureSketch(random, 112, 112);
        (Vector2[] corners, Vector2 middle) = RightTriangleFigure.Draw(random, sketch, one, other, quarter);
        sketch.LabelSide(asked == 0 ? unknown : $"{one}", "leg", corners[0], corners[1], middle);
        sketch.LabelSide(asked == 1 ? unknown : $"{other}", "leg", corners[0], corners[2], middle);
        sketch.LabelSide(asked == 2 ? unknown : $"{hypotenuse}", "hypotenuse", corners[1], corners[2], middle);
        string reasoning;
        int answer;
        Mistake unsquared;
        if (asked == 2)
        {
            answer = hypotenuse;
            reasoning = Pick(random, $"legs {one} and {other}. ", $"I see {one} and {other}. ")
                + $"{one * one}+{other * other}={hypotenuse * hypotenuse}, {unknown}={hypotenuse}";
            unsquared = WrongFormula(reasoning, $"{one}+{other}={one + other}", one + other);
        }
        else
        {
            answer = asked == 0 ? one : other;
            int leg = asked == 0 ? other : one;
            reasoning = Pick(random, $"leg {leg}, long side {hypotenuse}. ", $"I see {leg} and {hypotenuse}. ")
                + $"{hypotenuse * hypotenuse}-{leg * leg}={answer * answer}, {unknown}={answer}";
            unsquared = WrongFormula(reasoning, $"{hypotenuse}-{leg}={hypotenuse - leg}", hypotenuse - leg);
        }
        Wording question = Ask(random, $"Find the length {unknown} in the right triangle.",
            $"How long is the side {unknown}?", $"What is {unknown} in this right triangle?");
        return (sketch, new ProblemText($"{one};{other};{asked};{quarter};{unknown}", "unknown side",
            question, reasoning, $"{answer}")
        {
            Mistakes = [unsquared],
        });
    }
}
