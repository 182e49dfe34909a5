using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>Lengths between points on one line.</summary>
internal sealed class Segments() : ProblemFamily("segments")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int parts = difficulty == 3 ? 3 : 2;
        bool wholeAsked = difficulty == 1 || (difficulty == 3 && random.Next(2) == 0);
        int[] lengths = [.. Enumerable.Range(0, parts).Select(_ => Number(random, 2, difficulty == 3 ? 12 : 20))];
        int whole = lengths.Sum();
        int asked = wholeAsked ? -1 : random.Next(parts);
        string[] letters = Letters(random, parts + 1);
        var sketch = new FigureSketch(random, parts == 3 ? 140 : 112, 112) { Turn = SmallTurn(random, 8) };
        float room = sketch.Width - 24;
        float shortest = parts == 3 ? 32 : 34;
        float x = 12;
        Vector2 start = new(12, 48);
        Vector2 end = new(12 + room, 48);
        sketch.Line(start, end, "line");
        for (int i = 0; i <= parts; i++)
        {
            Vector2 at = i == parts ? end : new(x, 48);
            sketch.Dot(at, "point", FigureColor.Accent, 3.5f);
            sketch.Name(letters[i], at);
            sketch.Label(letters[i], "point", at - new Vector2(0, 15));
            if (i < parts)
            {
                float next = x + shortest + ((room - (parts * shortest)) * lengths[i] / whole);
                if (i != asked)
                {
                    sketch.Label($"{lengths[i]}", $"{letters[i]}{letters[i + 1]}", new((x + next) / 2, 62));
                }
                x = next;
            }
        }
        if (!wholeAsked)
        {
            sketch.Line(new(start.X, 76), new(end.X, 76), "brace", FigureColor.Accent);
            sketch.Line(new(start.X, 72), new(start.X, 80), "brace", FigureColor.Accent);
            sketch.Line(new(end.X, 72), new(end.X, 80), "brace", FigureColor.Accent);
            sketch.Label($"{whole}", $"{letters[0]}{letters[^1]}", new((start.X + end.X) / 2, 90));
        }
        string name = wholeAsked ? $"{letters[0]}{letters[^1]}" : $"{letters[asked]}{letters[asked + 1]}";
        int answer = wholeAsked ? whole : lengths[asked];
        int[] given = [.. lengths.Where((_, i) => i != asked)];
        string[] read = [.. Enumerable.Range(0, parts).Where(i => i != asked)
            .Select(i => $"{letters[i]}{letters[i + 1]}={lengths[i]}")];
        string reasoning = wholeAsked
            ? Pick(random, $"{string.Join(", ", read)}. ", $"I see {string.Join(", ", given)}. ")
                + $"{string.Join('+', given)}={whole}"
            : Pick(random, $"{letters[0]}{letters[^1]}={whole}, {string.Join(", ", read)}. ",
                $"all {whole}, given {string.Join(", ", given)}. ")
                + $"{whole}-{string.Join('-', given)}={answer}";
        Wording question = Ask(random, $"How long is {name}?", $"Find the length of {name}.",
            $"What is the length of {name}?");
        return (sketch, new ProblemText($"{string.Join(',', lengths)};{asked};{letters[0]}", name, question, reasoning,
            $"{answer}")
        {
            Mistakes = [PrintedNumber(reasoning, given.Max())],
        });
    }
}
