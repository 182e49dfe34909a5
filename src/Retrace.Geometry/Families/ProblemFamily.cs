using System.Numerics;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry.Families;

/// <summary>One kind of geometry problem, such as angles in a triangle.</summary>
internal abstract class ProblemFamily(string name)
{
    public string Name { get; } = name;

    /// <summary>A problem of this kind, or null where its labels found no room.</summary>
    /// <param name="random">Decides everything about the problem.</param>
    /// <param name="difficulty">The difficulty, 1 to 3.</param>
    public ProblemDraft? Draw(Random random, int difficulty)
    {
        (FigureSketch sketch, ProblemText text) = Compose(random, difficulty);
        return sketch.IsLegible ? new ProblemDraft(text, sketch.Finish(text.Asked)) : null;
    }

    protected abstract (FigureSketch, ProblemText) Compose(Random random, int difficulty);

    protected static string Pick(Random random, params ReadOnlySpan<string> choices) =>
        choices[random.Next(choices.Length)];

    /// <summary>One of several wordings of a question, and the next one for those who want other words.</summary>
    protected static Wording Ask(Random random, params ReadOnlySpan<string> wordings)
    {
        int place = random.Next(wordings.Length);
        return new Wording(wordings[place], wordings[(place + 1) % wordings.Length]);
    }

    /// <summary>A multiple of <paramref name="step"/> from the range, both ends included.</summary>
    protected static int Number(Random random, int low, int high, int step = 1) =>
        low + (step * random.Next(((high - low) / step) + 1));

    /// <summary>Uniform in ±<paramref name="degrees"/>, as radians.</summary>
    protected static float SmallTurn(Random random, float degrees) =>
        ((2 * random.NextSingle()) - 1) * degrees * MathF.PI / 180;

    protected static Vector2 Polar(float degrees, float radius) =>
        new(radius * MathF.Cos(degrees * MathF.PI / 180), radius * MathF.Sin(degrees * MathF.PI / 180));

    /// <summary>Three neighbouring letters, such as A, B, C.</summary>
    protected static string[] Letters(Random random, int count)
    {
        string row = Pick(random, "ABCD", "PQRS", "KLMN", "EFGH");
        return [.. row[..count].Select(letter => letter.ToString())];
    }

    /// <summary>A triangle with these angles (degrees) at its first and second corner, of no particular size.</summary>
    protected static Vector2[] TriangleWithAngles(float first, float second)
    {
        float third = 180 - first - second;
        float side = MathF.Sin(second * MathF.PI / 180) / MathF.Sin(third * MathF.PI / 180);
        return [Vector2.Zero, Vector2.UnitX, Polar(-first, side)];
    }

    /// <summary>A number that the figure shows is taken for the answer, after the same reading.</summary>
    /// <param name="reasoning">The right one; its first sentence says what the figure shows.</param>
    protected static Mistake PrintedNumber(string reasoning, int number) => new(
        MistakeKind.PrintedNumber, $"{FirstSentence(reasoning)}it is {number}", $"{number}");

    /// <summary>A wrong calculation, after the same reading.</summary>
    protected static Mistake WrongFormula(string reasoning, string calculation, int result) =>
        new(MistakeKind.WrongFormula, $"{FirstSentence(reasoning)}{calculation}", $"{result}");

    /// <summary>One of two sentences that suggest an answer, and not the right one.</summary>
    protected static ProblemText Suggest(
        Random random, ProblemText text, (string Sentence, string Answer) one, (string Sentence, string Answer) other)
    {
        bool first = random.Next(2) == 0;
        (string sentence, string answer) = first ? one : other;
        if (answer == text.Answer)
        {
            (sentence, answer) = first ? other : one;
        }
        return text.Suggesting(sentence, answer);
    }

    protected static Vector2 Middle(ReadOnlySpan<Vector2> points)
    {
        Vector2 sum = Vector2.Zero;
        foreach (Vector2 point in points)
        {
            sum += point;
        }
        return sum / points.Length;
    }

    private static string FirstSentence(string reasoning) =>
        reasoning[..(reasoning.IndexOf(". ", StringComparison.Ordinal) + 2)];
}

/// <summary>All the text that belongs to one figure.</summary>
/// <param name="Content">The numbers and labels that decide figure, question and answer, without style.</param>
/// <param name="Asked">What is asked, for the solver.</param>
/// <param name="Question">As the problem asks it.</param>
/// <param name="Reasoning">As the teacher says it.</param>
/// <param name="Answer">The label.</param>
internal sealed record ProblemText(
    string Content, string Asked, Wording Question, string Reasoning, string Answer)
{
    /// <summary>How the answer is missed; a mistake that happens to give the right answer is none.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>A sentence that the question may go on with, which suggests an answer; null where there is none.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The same problem with a sentence that its question may go on with.</summary>
    /// <param name="sentence">Without a number, so that nothing but the wording suggests one.</param>
    /// <param name="suggested">The answer that it suggests.</param>
    public ProblemText Suggesting(string sentence, string suggested) => this with
    {
        Suggestion = sentence,
        Mistakes =
        [
            .. Mistakes,
            new(MistakeKind.Suggestion, $"{char.ToLowerInvariant(sentence[0])}{sentence[1..]} it is {suggested}", suggested),
        ],
    };
}

/// <summary>A problem's question, in two ways.</summary>
/// <param name="Text">As the problem shows it.</param>
/// <param name="Rephrased">The same in other words.</param>
internal sealed record Wording(string Text, string Rephrased);

/// <summary>A problem before its place in a split is known.</summary>
internal sealed record ProblemDraft(ProblemText Text, FigureDescription Figure);
