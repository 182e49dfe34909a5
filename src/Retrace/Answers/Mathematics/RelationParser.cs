namespace Retrace.Answers.Mathematics;

/// <summary>Reads equations and inequalities, in the spelling of <see cref="LatexText"/>.</summary>
internal static class RelationParser
{
    private static readonly char[] InequalitySigns = ['<', '≤', '>', '≥', '≠'];

    /// <summary>
    /// "x &gt; 2" is the interval (2, ∞), "1 &lt; x ≤ 3" is (1, 3]; others, such as "x + y &lt; 3", are relations, and
    /// chains of them sets of relations. Null if the text is no inequality.
    /// </summary>
    public static AnswerValue? Inequality(string text)
    {
        string[] sides = text.Split(InequalitySigns);
        if (sides.Length is < 2 or > 3 || text.Contains('='))
        {
            return null;
        }
        char[] signs = [.. text.Where(InequalitySigns.Contains)];
        if (signs[0] is '>' or '≥')
        {
            Array.Reverse(sides);
            Array.Reverse(signs);
            signs = Array.ConvertAll(
                signs, sign => sign switch { '>' => '<', '≥' => '≤', '<' => '>', '≤' => '≥', _ => sign });
        }
        if (signs.Any(sign => sign is '>' or '≥') || (signs.Length > 1 && signs.Contains('≠')))
        {
            return null;
        }
        if (signs[0] != '≠' && Interval(sides, signs) is ListValue interval)
        {
            return interval;
        }
        return sides.Length == 2 ? Relation(sides[0], sides[1], signs[0])
            : Relation(sides[0], sides[1], signs[0]) is { } lower && Relation(sides[1], sides[2], signs[1]) is { } upper
                ? new ListValue(LatexText.SetOpen, [lower, upper], LatexText.SetClose)
                : null;
    }

    /// <summary>"2x + 3y = 6"; null if the text is no equation between expressions.</summary>
    public static RelationValue? Equation(string text) =>
        text.Split('=') is [string left, string right] ? Relation(left, right, '=') : null;

    // Of sides in ascending order, one of them a name and the others numbers.
    private static ListValue? Interval(string[] sides, char[] signs)
    {
        int name = Array.FindIndex(sides, side => AnswerParser.Name().IsMatch(side));
        if (name < 0 || (sides.Length == 3 && name != 1))
        {
            return null;
        }
        AnswerValue? lower = name == 0 ? new TextValue("-∞") : AnswerParser.Number(sides[name - 1].Trim());
        AnswerValue? upper = name == sides.Length - 1 ? new TextValue("∞") : AnswerParser.Number(sides[name + 1].Trim());
        return lower is null || upper is null
            ? null
            : new ListValue(
                name > 0 && signs[name - 1] == '≤' ? '[' : '(',
                [lower, upper],
                name < signs.Length && signs[name] == '≤' ? ']' : ')');
    }

    private static RelationValue? Relation(string left, string right, char sign) =>
        Formula.Evaluate($"({left})-({right})") is double[] differences ? new RelationValue(differences, sign) : null;
}
