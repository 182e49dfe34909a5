namespace Retrace.Answers.Mathematics;

/// <summary>Reads equations and inequalities, in the spelling of <see cref="LatexText"/>.</summary>
internal static class RelationParser
{
    public const string InequalitySigns = "<≤>≥≠";

    /// <summary>
    /// "x &gt; 2" is the interval (2, ∞), "1 &lt; x ≤ 3" is (1, 3]; others, such as "x + y &lt; 3", are relations, and
    /// chains of them sets of relations. Null if the text is no inequality.
    /// </summary>
    public static AnswerValue? Inequality(string text)
    {
        if (Ascending(text) is not ({ } sides, { } signs))
        {
            return null;
        }
        RealSet? solutions = Solutions(sides, signs);
        if (solutions is { Intervals: [var interval] })
        {
            return interval.ToValue();
        }
        if (sides.Length == 2)
        {
            return Relation(sides[0], sides[1], signs[0]) is { } relation
                ? relation with { Solutions = solutions?.ToValue() as ListValue }
                : null;
        }
        return Relation(sides[0], sides[1], signs[0]) is { } lower
            && Relation(sides[1], sides[2], signs[1]) is { } upper
            ? new ListValue(LatexText.SetOpen, [lower, upper], LatexText.SetClose)
            : null;
    }

    /// <summary>The numbers that satisfy an inequality between a variable and numbers; null if it is none.</summary>
    public static RealSet? Solutions(string text, string variable) =>
        Ascending(text) is ({ } sides, { } signs) && sides.Any(side => side.Trim() == variable)
            ? Solutions(sides, signs)
            : null;

    /// <summary>"2x + 3y = 6"; null if the text is no equation between expressions.</summary>
    public static RelationValue? Equation(string text) =>
        text.Split('=') is [string left, string right] ? Relation(left, right, '=') : null;

    // The sides, the smaller first, and the signs between them.
    private static (string[]? Sides, char[]? Signs) Ascending(string text)
    {
        if (!text.AsSpan().ContainsAny(InequalitySigns) || text.Contains('='))
        {
            return (null, null);
        }
        string[] sides = text.Split(InequalitySigns.ToCharArray());
        if (sides.Length > 3)
        {
            return (null, null);
        }
        char[] signs = [.. text.Where(InequalitySigns.Contains)];
        if (signs[0] is '>' or '≥')
        {
            Array.Reverse(sides);
            Array.Reverse(signs);
            signs = Array.ConvertAll(
                signs, sign => sign switch { '>' => '<', '≥' => '≤', '<' => '>', '≤' => '≥', _ => sign });
        }
        return signs.Any(sign => sign is '>' or '≥') || (signs.Length > 1 && signs.Contains('≠'))
            ? (null, null)
            : (sides, signs);
    }

    // Of sides of which one is a name and the others are numbers.
    private static RealSet? Solutions(string[] sides, char[] signs)
    {
        int name = Array.FindIndex(sides, NamedQuantity.IsName);
        if (name < 0 || (sides.Length == 3 && name != 1))
        {
            return null;
        }
        NumberValue? lower = name == 0 ? null : AnswerParser.Number(sides[name - 1].Trim());
        NumberValue? upper = name == sides.Length - 1 ? null : AnswerParser.Number(sides[name + 1].Trim());
        if ((lower is null && name > 0) || (upper is null && name < sides.Length - 1))
        {
            return null;
        }
        return signs[0] == '≠' && (lower ?? upper) is { } hole
            ? RealSet.Except(hole)
            : new RealSet([
                new Interval(
                    lower, lower is not null && signs[name - 1] == '≤', upper, upper is not null && signs[name] == '≤'),
            ]);
    }

    private static RelationValue? Relation(string left, string right, char sign) =>
        Formula.Evaluate($"({left})-({right})") is double[] differences ? new RelationValue(differences, sign) : null;
}
