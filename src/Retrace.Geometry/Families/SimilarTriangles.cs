using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A triangle and its enlargement; three of the four labelled sides are given.</summary>
internal sealed class SimilarTriangles() : ProblemFamily("similar-triangles")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int factor = Number(random, 2, difficulty + 2);
        int left = Number(random, 2, 9);
        int bottom = Number(random, 2, 9);
        if (left == bottom)
        {
            bottom = bottom == 9 ? 8 : bottom + 1;
        }
        var sketch = new FigureSketch(random, 140, 112)
        {
            Turn = SmallTurn(random, 5),
            LabelSize = 16 + random.Next(2),
        };
        Vector2[] small = [new(20, 78), new(50, 78), new(26, 44)];
        Vector2[] large = [new(84, 88), new(134, 88), new(94, 31)];
        float lean = random.Next(0, 8);
        small[2].X += lean;
        large[2].X += lean * 5 / 3;
        bool leftAsked = random.Next(2) == 0;
        bool smallAsked = difficulty == 3 && random.Next(2) == 0;
        string Shown(int value, bool isSmall, bool isLeft) =>
            isSmall == smallAsked && isLeft == leftAsked ? "x" : $"{(isSmall ? value : value * factor)}";
        sketch.Polygon(small, "small", fill: FigureColor.FirstTint);
        sketch.Polygon(large, "large", fill: FigureColor.SecondTint);
        sketch.LabelSide(Shown(left, true, true), "small left", small[0], small[2], small[1]);
        sketch.LabelSide(Shown(bottom, true, false), "small bottom", small[0], small[1], small[2]);
        sketch.LabelSide(Shown(left, false, true), "large left", large[0], large[2], large[1]);
        sketch.LabelSide(Shown(bottom, false, false), "large bottom", large[0], large[1], large[2]);
        int known = leftAsked ? bottom : left;
        int wanted = leftAsked ? left : bottom;
        string reasoning = smallAsked
            ? Pick(random, $"small {known}, large {known * factor} and {wanted * factor}. ",
                $"I see {known}, {known * factor}, {wanted * factor}. ")
                + $"{known * factor}/{known}={factor}, {wanted * factor}/{factor}={wanted}"
            : Pick(random, $"small {left} and {bottom}, large {known * factor}. ",
                $"I see {left}, {bottom}, {known * factor}. ")
                + $"{known * factor}/{known}={factor}, {factor}*{wanted}={wanted * factor}";
        Wording question = Ask(random, "The triangles are similar. Find x.", "How long is x in the similar triangles?",
            "What is x, if both triangles are similar?");
        return (sketch, new ProblemText($"{left};{bottom};{factor};{leftAsked};{smallAsked}", "x", question, reasoning,
            $"{(smallAsked ? wanted : wanted * factor)}")
        {
            Mistakes = [PrintedNumber(reasoning, known * factor)],
        });
    }
}
