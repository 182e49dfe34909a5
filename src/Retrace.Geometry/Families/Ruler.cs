using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>The length of a bar that lies at a ruler, or how much longer one of two bars is.</summary>
internal sealed class Ruler() : ProblemFamily("ruler")
{
    private const int Highest = 8;
    private const float Unit = 15;

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        // The ruler need not start at zero.
        int offset = difficulty == 1 ? 0 : Number(random, 0, 1);
        var sketch = new FigureSketch(random, 140, 112) { Turn = SmallTurn(random, 4) };
        float top = Number(random, 66, 74);
        sketch.Rectangle(new(3, top), new(137, top + 32), "ruler", fill: FigureColor.FirstTint);
        for (int i = 0; i <= 2 * Highest; i++)
        {
            float x = 10 + (Unit * i / 2);
            sketch.Line(new(x, top), new(x, top + (i % 2 == 0 ? 10 : 5)), "tick", thickness: 0.8);
            if (i % 2 == 0)
            {
                sketch.Label($"{(i / 2) + offset}", "scale", new(x, top + 20), 15);
            }
        }
        int bars = difficulty == 3 ? 2 : 1;
        string[] letters = Letters(random, bars);
        int[] starts = new int[bars];
        int[] ends = new int[bars];
        for (int i = 0; i < bars; i++)
        {
            int length = Number(random, 2, Highest);
            starts[i] = Number(random, 0, Highest - length);
            ends[i] = starts[i] + length;
            float y = top - 24 - (30 * i);
            FigureColor fill = i == 0 ? FigureColor.SecondTint : FigureColor.ThirdTint;
            sketch.Rectangle(At(starts[i], y), At(ends[i], y + 18), $"bar {letters[i]}", fill: fill);
            sketch.Line(At(starts[i], y + 18), At(starts[i], top), "guide", FigureColor.Accent, 0.7, true);
            sketch.Line(At(ends[i], y + 18), At(ends[i], top), "guide", FigureColor.Accent, 0.7, true);
            sketch.Label(letters[i], $"bar {letters[i]}", (At(starts[i], y + 9) + At(ends[i], y + 9)) / 2);
        }
        if (bars == 1)
        {
            int from = starts[0] + offset;
            int to = ends[0] + offset;
            string one = Pick(random, $"from {from} to {to}. ", $"it starts at {from} and ends at {to}. ")
                + $"{to}-{from}={to - from}";
            Wording question = Ask(random, $"How long is bar {letters[0]}?", $"What is the length of bar {letters[0]}?",
                $"Read the length of {letters[0]} on the ruler.");
            return (sketch, new ProblemText($"{offset};{from};{to};{letters[0]}", $"bar {letters[0]}", question, one,
                $"{to - from}")
            {
                Mistakes = [PrintedNumber(one, to)],
            });
        }
        int first = ends[0] - starts[0];
        int second = ends[1] - starts[1];
        int[] marks = [starts[0] + offset, ends[0] + offset, starts[1] + offset, ends[1] + offset];
        string reasoning = Pick(random,
            $"{letters[0]} {marks[0]} to {marks[1]}, {letters[1]} {marks[2]} to {marks[3]}. ",
            $"{letters[0]}: {marks[0]}-{marks[1]}, {letters[1]}: {marks[2]}-{marks[3]}. ")
            + $"{first}+{second}={first + second}";
        Wording sum = Ask(random, $"How long are {letters[0]} and {letters[1]} together?",
            $"Add the lengths of the bars {letters[0]} and {letters[1]}.");
        return (sketch, new ProblemText(
            $"{offset};{string.Join(',', starts)};{string.Join(',', ends)};{letters[0]}", "sum of bars", sum, reasoning,
            $"{first + second}")
        {
            Mistakes = [PrintedNumber(reasoning, marks.Max())],
        });
    }

    private static Vector2 At(int mark, float y) => new(10 + (Unit * mark), y);
}
