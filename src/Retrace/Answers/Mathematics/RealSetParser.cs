using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Reads sets of real numbers told by conditions, in the spelling of <see cref="LatexText"/>.</summary>
internal static partial class RealSetParser
{
    /// <summary>
    /// The set of "x | 1 ≤ x ≤ 3" or "x ∈ ℝ : x ≠ 2", with or without its braces; null if the text is no such set or
    /// its condition is more than equations and inequalities between x and numbers.
    /// </summary>
    public static AnswerValue? SetBuilder(string text)
    {
        Match match = text.AsSpan().ContainsAny('|', ':') ? Builder().Match(text) : Match.Empty;
        if (!match.Success)
        {
            return null;
        }
        string variable = match.Groups["variable"].Value;
        string condition = Membership().Replace(match.Groups["condition"].Value, ",").Trim(' ', ',', ';');
        if (condition.Length == 0)
        {
            return RealSet.All.ToValue();
        }
        RealSet? any = null;
        foreach (string branch in Or().Split(condition))
        {
            if (All(branch, variable) is not { } all)
            {
                return null;
            }
            any = any?.Union(all) ?? all;
        }
        return any?.ToValue();
    }

    /// <summary>Whether the text names the set of all real numbers.</summary>
    public static bool IsAllNumbers(string text) =>
        text is "ℝ" or "全体实数" or "实数集" || AllNumbers().IsMatch(text);

    /// <summary>"ℝ∖{2, 3}", all numbers but some; null if the text is nothing of the kind.</summary>
    public static AnswerValue? WithoutPoints(string text)
    {
        if (Difference().Match(text) is not { Success: true } match)
        {
            return null;
        }
        RealSet rest = RealSet.All;
        foreach (string point in match.Groups["points"].Value.Split(','))
        {
            if (AnswerParser.Number(point.Trim()) is not { } number)
            {
                return null;
            }
            rest = rest.Intersect(RealSet.Except(number));
        }
        return rest.ToValue();
    }

    /// <summary>
    /// "x > 2 and x &lt; 5" is (2, 5); null if the text is anything but inequalities of one variable that hold together
    /// for some number. Those that do not, as x &lt; −2 and x > 2, are solutions one beside the other.
    /// </summary>
    public static AnswerValue? Together(string text) =>
        text.AsSpan().ContainsAny(RelationParser.InequalitySigns)
        && FirstVariable().Match(text) is { Success: true } match
        && And().IsMatch(text)
        && All(text, match.Groups["variable"].Value) is { Intervals.Count: > 0 } set
            ? set.ToValue()
            : null;

    // What satisfies all of the inequalities.
    private static RealSet? All(string text, string variable)
    {
        RealSet all = RealSet.All;
        foreach (string part in And().Split(text))
        {
            if ((Points(part, variable) ?? RelationParser.Solutions(part, variable)) is not { } solutions)
            {
                return null;
            }
            all = all.Intersect(solutions);
        }
        return all;
    }

    // "x = 2" and "x = ±2".
    private static RealSet? Points(string text, string variable)
    {
        if (text.Split('=') is not [string left, string right])
        {
            return null;
        }
        string given = left.Trim() == variable ? right.Trim() : right.Trim() == variable ? left.Trim() : "";
        NumberValue?[] numbers = given.StartsWith('±')
            ? [AnswerParser.Number(given[1..].Trim()), AnswerParser.Number($"-({given[1..].Trim()})")]
            : [AnswerParser.Number(given)];
        return numbers.All(number => number is not null)
            ? new RealSet([.. numbers.Select(number => Interval.Point(number!))])
            : null;
    }

    [GeneratedRegex("^(?:the set of )?all real(?: number)?s$", RegexOptions.IgnoreCase)]
    private static partial Regex AllNumbers();

    [GeneratedRegex(@"^[ℝR] *(?:\\(?:setminus|backslash)|∖|-) *⦃(?<points>[^⦃⦄]+)⦄$", RegexOptions.ExplicitCapture)]
    private static partial Regex Difference();

    [GeneratedRegex(
        @"^(?<open>⦃)? *(?<variable>\\[a-z]+|[a-zA-Zα-ω]) *(?:∈ *[ℝR] *)?[|:](?<condition>[^⦃⦄]*)(?(open)⦄)$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Builder();

    [GeneratedRegex(@"(?:^|,|;|(?<![a-zA-Z])and(?![a-zA-Z])) *[a-zA-Zα-ω] *∈ *[ℝR](?! *[a-zA-Z^_+*])")]
    private static partial Regex Membership();

    [GeneratedRegex(@"(?<![a-zA-Z\\])or(?![a-zA-Z])|∨|\\(?:lor|vee)(?![a-zA-Z])")]
    private static partial Regex Or();

    [GeneratedRegex(@", *and(?![a-zA-Z])|,|;|(?<![a-zA-Z\\])and(?![a-zA-Z])|∧|\\(?:land|wedge)(?![a-zA-Z])")]
    private static partial Regex And();

    // Beside an inequality's sign.
    [GeneratedRegex("(?<![a-zA-Z_])(?<variable>[a-zA-Zα-ω]) *[<>≤≥≠]|[<>≤≥≠] *(?<variable>[a-zA-Zα-ω])(?![a-zA-Z_(])")]
    private static partial Regex FirstVariable();
}
