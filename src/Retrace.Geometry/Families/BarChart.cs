using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>One bar's height, or the sum or difference of two, read from the scale.</summary>
internal sealed class BarChart() : ProblemFamily("bar-chart")
{
    private const float Unit = 10;
    private const float Ground = 92;

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int[] heights = [.. Enumerable.Range(0, 3).Select(_ => Number(random, 1, 8))];
        string[] letters = Letters(random, 3);
        var sketch = new FigureSketch(random, 112, 112) { LabelSize = 16 };
        for (int i = 0; i <= 8; i++)
        {
            float y = Ground - (Unit * i);
            if (i % 2 == 0)
            {
                sketch.Label($"{i}", "scale", new(11, y), 14);
            }
            // The harder charts have no lines between two numbers of the scale.
            if (i % 2 == 0 || difficulty == 1)
            {
                sketch.Line(new(20, y), new(108, y), "grid", FigureColor.Faint, 0.7);
            }
        }
        FigureColor[] colors = [FigureColor.FirstTint, FigureColor.SecondTint, FigureColor.ThirdTint];
        for (int i = 0; i < 3; i++)
        {
            float left = 26 + (28 * i);
            sketch.Rectangle(new(left, Ground - (Unit * heights[i])), new(left + 19, Ground), $"bar {letters[i]}",
                fill: colors[i]);
            sketch.Label(letters[i], $"bar {letters[i]}", new(left + 9.5f, Ground + 11));
        }
        sketch.Line(new(20, Ground), new(108, Ground), "axis");
        sketch.Line(new(20, Ground), new(20, 8), "axis");
        string read = Pick(random,
            $"{letters[0]}={heights[0]}, {letters[1]}={heights[1]}, {letters[2]}={heights[2]}. ",
            $"bars {letters[0]} {heights[0]}, {letters[1]} {heights[1]}, {letters[2]} {heights[2]}. ");
        string content = $"{string.Join(',', heights)};{letters[0]}";
        int one = random.Next(3);
        if (difficulty < 3)
        {
            Wording question = Ask(random,
                $"How high is bar {letters[one]}?", $"What is the value of bar {letters[one]}?",
                $"Read the value of {letters[one]} from the chart.");
            return (sketch, Suggest(random, new ProblemText($"{content};{one}", $"bar {letters[one]}", question,
                $"{read}{letters[one]} is {heights[one]}", $"{heights[one]}"), ("It is a low bar.", "2"), ("It is a high bar.", "7")));
        }
        int other = (one + 1 + random.Next(2)) % 3;
        int answer = heights[one] + heights[other];
        Wording sumQuestion = Ask(random, $"What are {letters[one]} and {letters[other]} together?",
            $"Add the bars {letters[one]} and {letters[other]}.",
            $"What is the sum of {letters[one]} and {letters[other]}?");
        return (sketch, Suggest(random, new ProblemText($"{content};{one}+{other}", $"bar {letters[one]} + bar {letters[other]}",
            sumQuestion, $"{read}{heights[one]}+{heights[other]}={answer}", $"{answer}"),
            ("Both are low.", "4"), ("Both are high.", "14")));
    }
}
