using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>A temperature, or the difference of two, read from a scale.</summary>
internal sealed class Thermometer() : ProblemFamily("thermometer")
{
    private const float Bottom = 92;
    private const float LabelDistance = 19;

    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        // Four labelled marks above the lowest; five small steps between two of them, but two at difficulty 1.
        int labelStep = difficulty == 1 ? Number(random, 10, 20, 10) : Number(random, 5, 10, 5);
        int lowest = labelStep * Number(random, 0, difficulty == 1 && labelStep == 20 ? 1 : 5);
        int smallStep = difficulty == 1 ? labelStep / 2 : labelStep / 5;
        int steps = 4 * labelStep / smallStep;
        var sketch = new FigureSketch(random, 112, 112);
        float Height(int steps) => Bottom - (LabelDistance * smallStep * steps / labelStep);
        int tubes = difficulty == 3 ? 2 : 1;
        for (int i = 0; i <= 4; i++)
        {
            float y = Bottom - (LabelDistance * i);
            sketch.Label($"{lowest + (labelStep * i)}", "scale", new(19, y), 15);
            sketch.Line(new(32, y), new(tubes == 2 ? 100 : 88, y), "grid", FigureColor.Faint, 0.7);
        }
        string[] letters = Letters(random, tubes);
        int[] values = new int[tubes];
        for (int i = 0; i < tubes; i++)
        {
            float x = tubes == 1 ? 60 : 52 + (36 * i);
            int level;
            do
            {
                level = Number(random, 1, steps);
                values[i] = lowest + (smallStep * level);
            }
            while (i == 1 && values[1] == values[0]);
            sketch.Rectangle(new(x - 7, Bottom - 82), new(x + 7, Bottom), "tube", fill: FigureColor.FirstTint);
            sketch.Rectangle(new(x - 7, Height(level)), new(x + 7, Bottom), $"level {letters[i]}", FigureColor.None,
                FigureColor.Accent);
            for (int mark = 0; mark <= steps; mark++)
            {
                bool labelled = mark * smallStep % labelStep == 0;
                sketch.Line(new(x + 7, Height(mark)), new(x + (labelled ? 15 : 11), Height(mark)), "tick",
                    thickness: labelled ? 0.8 : 0.5);
            }
            if (tubes == 2)
            {
                sketch.Label(letters[i], $"level {letters[i]}", new(x, Bottom + 10));
            }
        }
        string content = $"{lowest};{labelStep};{smallStep};{string.Join(',', values)}";
        if (tubes == 1)
        {
            int below = lowest + (labelStep * ((values[0] - lowest) / labelStep));
            int above = values[0] - below;
            string one = Pick(random, $"it is above {below}. {below}+{above}={values[0]}",
                $"mark {below} and {above} more. {below}+{above}={values[0]}");
            Wording question = Ask(random, "What temperature does the thermometer show?", "Read the thermometer.",
                "How many degrees does it show?");
            return (sketch, Suggest(random, new ProblemText(content, $"level {letters[0]}", question, one, $"{values[0]}"),
                ("It is a hot day.", "35"), ("It is a cold day.", "5")));
        }
        int high = values.Max();
        int low = values.Min();
        string reasoning = Pick(random, $"{letters[0]}={values[0]}, {letters[1]}={values[1]}. ",
            $"{letters[0]} shows {values[0]}, {letters[1]} shows {values[1]}. ") + $"{high}-{low}={high - low}";
        Wording difference = Ask(random, $"How many degrees are between {letters[0]} and {letters[1]}?",
            $"What is the difference of {letters[0]} and {letters[1]}?");
        return (sketch, Suggest(random, new ProblemText($"{content};{letters[0]}", "difference", difference, reasoning,
            $"{high - low}"), ("They are hardly different.", "1"), ("They are quite different.", "50")));
    }
}
