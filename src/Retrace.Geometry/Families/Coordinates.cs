using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Points on a grid: a coordinate, the sum of both, or how far two points in one row or column are.</summary>
internal sealed class Coordinates() : ProblemFamily("coordinates")
{
    private const int Highest = 6;
    private const float Cell = 18;

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        var sketch = new FigureSketch(random, 140, 140);
        Vector2 origin = new(22, 120);
        for (int i = 0; i <= Highest; i++)
        {
            sketch.Line(At(origin, i, 0), At(origin, i, Highest), "grid", FigureColor.Faint, 0.6);
            sketch.Line(At(origin, 0, i), At(origin, Highest, i), "grid", FigureColor.Faint, 0.6);
            if (i > 0)
            {
                sketch.Label($"{i}", "x axis", At(origin, i, 0) + new Vector2(0, 11), 13);
                sketch.Label($"{i}", "y axis", At(origin, 0, i) - new Vector2(11, 0), 13);
            }
        }
        sketch.Line(origin, At(origin, Highest, 0) + new Vector2(6, 0), "axis");
        sketch.Line(origin, At(origin, 0, Highest) - new Vector2(0, 6), "axis");
        return difficulty == 3 ? Distance(random, sketch, origin) : OnePoint(random, sketch, origin, difficulty);
    }

    private static (FigureSketch, ProblemText) OnePoint(
        Random random, FigureSketch sketch, Vector2 origin, int difficulty)
    {
        int x = Number(random, 1, Highest);
        int y = Number(random, 1, Highest);
        string letter = Pick(random, "A", "B", "P", "Q", "S", "T");
        Mark(sketch, origin, x, y, letter, new Vector2(x == Highest ? -11 : 11, y == Highest ? 11 : -11));
        string read = Pick(random, $"{letter} is at ({x},{y}). ", $"{letter}=({x},{y}). ");
        if (difficulty == 1)
        {
            bool horizontal = random.Next(2) == 0;
            string axis = horizontal ? "x" : "y";
            int value = horizontal ? x : y;
            Wording question = Ask(random, $"What is the {axis} coordinate of the point {letter}?",
                $"Read the {axis} coordinate of {letter}.", $"Find the {axis} value of point {letter}.");
            return (sketch, new ProblemText($"{letter};{x};{y};{axis}", axis, question, $"{read}{axis}={value}",
                $"{value}"));
        }
        Wording sumQuestion = Ask(random, $"What is the sum of the coordinates of {letter}?",
            $"Add the x and y coordinates of {letter}.", $"Find x + y for the point {letter}.");
        return (sketch, new ProblemText($"{letter};{x};{y};sum", "sum", sumQuestion, $"{read}{x}+{y}={x + y}",
            $"{x + y}"));
    }

    private static (FigureSketch, ProblemText) Distance(Random random, FigureSketch sketch, Vector2 origin)
    {
        bool horizontal = random.Next(2) == 0;
        int same = Number(random, 1, Highest);
        int distance = Number(random, 1, Highest - 1);
        int low = Number(random, 1, Highest - distance);
        int high = low + distance;
        string[] letters = Letters(random, 2);
        (int x1, int y1, int x2, int y2) = horizontal ? (low, same, high, same) : (same, low, same, high);
        if (random.Next(2) == 0)
        {
            (x1, y1, x2, y2) = (x2, y2, x1, y1);
        }
        // Letters stand beside the row or column, so that each is clearly nearest to its own point.
        Vector2 beside = horizontal
            ? new Vector2(0, same == Highest ? 14 : -14)
            : new Vector2(same == Highest ? -14 : 14, 0);
        Mark(sketch, origin, x1, y1, letters[0], beside);
        Mark(sketch, origin, x2, y2, letters[1], beside);
        string reasoning = Pick(random, $"{letters[0]}=({x1},{y1}), {letters[1]}=({x2},{y2}). ",
            $"{letters[0]} is at ({x1},{y1}), {letters[1]} at ({x2},{y2}). ") + $"{high}-{low}={distance}";
        Wording question = Ask(random, $"How far is {letters[0]} from {letters[1]}?",
            $"What is the distance between {letters[0]} and {letters[1]}?",
            $"Find the length of {letters[0]}{letters[1]}.");
        return (sketch, new ProblemText($"{letters[0]};{x1};{y1};{x2};{y2}", "distance", question, reasoning,
            $"{distance}"));
    }

    private static void Mark(FigureSketch sketch, Vector2 origin, int x, int y, string letter, Vector2 beside)
    {
        Vector2 at = At(origin, x, y);
        sketch.Name(letter, at);
        sketch.Dot(at, "point", FigureColor.Accent, 4.5f);
        sketch.Label(letter, "point", at + beside);
    }

    private static Vector2 At(Vector2 origin, int x, int y) => origin + new Vector2(Cell * x, -Cell * y);
}
