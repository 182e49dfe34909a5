using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>All slices of a pie but one are labelled with their percentage.</summary>
internal sealed class PieChart() : ProblemFamily("pie-chart")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int slices = difficulty == 1 ? 2 : difficulty == 2 ? 3 : Number(random, 3, 4);
        int step = difficulty == 3 ? 1 : 5;
        int smallest = 15;
        int[] shares = new int[slices];
        do
        {
            shares[^1] = 100;
            for (int i = 0; i < slices - 1; i++)
            {
                shares[i] = Number(random, smallest, 100 - (smallest * (slices - 1)), step);
                shares[^1] -= shares[i];
            }
        }
        while (shares[^1] < smallest);
        var sketch = new FigureSketch(random, 112, 112);
        Vector2 center = new(56, 56);
        int asked = random.Next(slices);
        int start = 30 * random.Next(12);
        float from = start;
        FigureColor[] colors =
            [FigureColor.FirstTint, FigureColor.SecondTint, FigureColor.ThirdTint, FigureColor.FourthTint];
        for (int i = 0; i < slices; i++)
        {
            float sweep = 3.6f * shares[i];
            sketch.Sector(center, 50, from, sweep, "slice", colors[i]);
            sketch.Label(i == asked ? "x" : $"{shares[i]}", "slice", center + Polar(from + (sweep / 2), 31));
            from += sweep;
        }
        int[] given = [.. shares.Where((_, i) => i != asked)];
        int answer = shares[asked];
        int sum = given.Sum();
        string list = string.Join(", ", given);
        string read = Pick(random, $"{(slices == 2 ? "slice" : "slices")} {list}. ", $"I see {list}. ");
        string calculation = slices == 2
            ? $"100-{sum}={answer}"
            : Pick(random, $"{string.Join('+', given)}={sum}, 100-{sum}={answer}",
                $"100-{string.Join('-', given)}={answer}");
        Wording question = Ask(random, "What percent of the pie is x?", "The numbers are percent. Find x.",
            "How many percent is the slice x?");
        return (sketch, new ProblemText($"{string.Join(',', shares)};{asked};{start}", "slice x", question,
            read + calculation, $"{answer}")
        {
            Mistakes = [PrintedNumber(read, given.Max())],
        });
    }
}
