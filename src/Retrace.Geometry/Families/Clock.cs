using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>The time on a clock, or half an hour or an hour later.</summary>
internal sealed class Clock() : ProblemFamily("clock")
{
    protected override (FigureSketch, ProblemText) Compose(Random random, int difficulty)
    {
        int hour = Number(random, 1, 12);
        int minute = difficulty == 1 ? Number(random, 0, 45, 15) : Number(random, 0, 55, 5);
        // Which numerals the face shows: all, every third, or none but twelve.
        int step = Number(random, 1, 3) switch { 1 => 1, 2 => 3, _ => 12 };
        var sketch = new FigureSketch(random, 112, 112);
        Vector2 center = new(56, 56);
        sketch.Circle(center, 52, "face", fill: random.Next(2) == 0 ? FigureColor.FirstTint : FigureColor.None,
            thickness: 1.2);
        for (int i = 1; i <= 12; i++)
        {
            float direction = (30 * i) - 90;
            sketch.Line(center + Polar(direction, 47), center + Polar(direction, 51), "tick");
            if (i % step == 0)
            {
                sketch.Label($"{i}", "numeral", center + Polar(direction, 38), 13);
            }
        }
        sketch.Line(center, center + Polar((30 * hour) + (minute / 2f) - 90, 20), "hour hand", FigureColor.Ink, 2.4);
        sketch.Line(center, center + Polar((6 * minute) - 90, 34), "minute hand", FigureColor.Accent, 1.4);
        sketch.Dot(center, "center");
        int shift = difficulty < 3 ? 0 : 30 * Number(random, 1, 2);
        string shown = Time(hour, minute);
        string answer = Time(hour + ((minute + shift) / 60), (minute + shift) % 60);
        int mark = minute == 0 ? 12 : minute / 5;
        string read = Pick(random, $"short hand after {hour}, long hand at {mark}. ",
            $"hour {hour}, long hand at {mark}. ");
        if (shift == 0)
        {
            Wording now = Ask(random, "What time does the clock show?", "Read the time on the clock.",
                "What time is it?");
            return (sketch, SuggestTime(random, new ProblemText($"{shown};{step}", "time", now,
                $"{read}{mark % 12}*5={minute}, {shown}", answer)));
        }
        string name = shift == 30 ? "half an hour" : "one hour";
        Wording later = Ask(random, $"What time will it be in {name}?", $"What will the clock show {name} later?");
        return (sketch, SuggestTime(random, new ProblemText($"{shown};{step};{shift}", $"time + {shift} minutes", later,
            $"{read}it is {shown}. {shift} minutes later {answer}", answer)));
    }

    private static ProblemText SuggestTime(Random random, ProblemText text) =>
        Suggest(random, text, ("It is about noon.", "12:00"), ("It is tea time.", "5:00"));

    private static string Time(int hour, int minute) => $"{((hour - 1) % 12) + 1}:{minute:00}";
}
