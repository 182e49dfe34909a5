using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>How many shapes of one kind are among others.</summary>
internal sealed class Counting() : ProblemFamily("counting")
{
    private static readonly string[] Kinds = ["circle", "triangle", "square"];

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        const float Row = 36;
        const int Rows = 3;
        int columns = difficulty == 3 ? 4 : 3;
        var sketch = new FigureSketch(random, columns == 4 ? 140 : 112, 112);
        float cell = columns == 4 ? 34 : 36;
        int wanted = random.Next(Kinds.Length);
        int kinds = difficulty == 1 ? 2 : 3;
        // Drawn first, the count is even over its range; the rest of the cells hold other shapes or stay empty.
        int cells = Rows * columns;
        int count = Number(random, 1, cells);
        string[] content = new string[cells];
        for (int i = 0; i < cells; i++)
        {
            int other = (wanted + 1 + random.Next(kinds - 1)) % 3;
            content[i] = i < count ? Kinds[wanted] : random.Next(3) == 0 ? "" : Kinds[other];
        }
        random.Shuffle(content);
        int[] perRow = new int[Rows];
        for (int i = 0; i < cells; i++)
        {
            if (content[i].Length > 0)
            {
                Vector2 at = new(
                    (sketch.Width / 2f) + (cell * ((i % columns) + 0.5f - (columns / 2f))),
                    2 + (Row * ((i / columns) + 0.5f)));
                Draw(sketch, random, content[i], at + new Vector2(random.Next(-2, 3), random.Next(-2, 3)));
                perRow[i / columns] += content[i] == Kinds[wanted] ? 1 : 0;
            }
        }
        string plural = Kinds[wanted] + "s";
        string read = string.Join(", ", perRow);
        string reasoning = Pick(random, $"rows {read}. ", $"{plural} by row: {read}. ")
            + $"{string.Join('+', perRow)}={count}";
        Wording question = Ask(random, $"How many {plural} are there?", $"Count the {plural} in the picture.",
            $"What is the number of {plural}?");
        string grid = string.Concat(content.Select(kind => kind.Length == 0 ? '.' : kind[0]));
        return (sketch, Suggest(random, new ProblemText($"{grid};{columns};{Kinds[wanted]}", Kinds[wanted],
            question, reasoning, $"{count}"), ("There are just a few.", "3"), ("There are a lot.", "9")));
    }

    private static void Draw(FigureSketch sketch, Random random, string kind, Vector2 at)
    {
        float radius = 11 + random.Next(4);
        FigureColor stroke = random.Next(2) == 0 ? FigureColor.Ink : FigureColor.Accent;
        FigureColor fill = random.Next(3) switch
        {
            0 => FigureColor.None,
            1 => stroke,
            _ => FigureColor.FirstTint,
        };
        if (kind == "circle")
        {
            sketch.Circle(at, radius, kind, stroke, fill);
            return;
        }
        int corners = kind == "square" ? 4 : 3;
        float turn = (corners == 4 ? 45 : -90) + random.Next(-12, 13);
        Vector2[] points = [.. Enumerable.Range(0, corners)
            .Select(i => at + Polar(turn + (i * 360f / corners), radius + 1))];
        sketch.Polygon(points, kind, stroke, fill);
    }
}
