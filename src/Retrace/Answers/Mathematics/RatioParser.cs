using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Reads ratios, as 3:4:5 and 1:√3, in the spelling of <see cref="LatexText"/>.</summary>
internal static partial class RatioParser
{
    private const int MaxTerms = 8;

    /// <summary>
    /// The ratio that fills the text; null if there is none. No term is 0 or begins with one, as in 12:00 and 9:05,
    /// which are times of day.
    /// </summary>
    public static RatioValue? Parse(string text)
    {
        if (!text.Contains(':') || Padded().IsMatch(text))
        {
            return null;
        }
        text = text.Trim();
        text = text.StartsWith('(') && text.IndexOf(')') == text.Length - 1 ? text[1..^1] : text;
        string[] parts = text.Split(':', MaxTerms + 1);
        if (parts.Length > MaxTerms)
        {
            return null;
        }
        Number[] terms = Array.ConvertAll(parts, Term);
        return terms.All(term => term.IsDefined && term.Value != 0)
            ? new RatioValue(terms, IsTime: Time().IsMatch(text))
            : null;
    }

    private static Number Term(string text)
    {
        Number term = ExpressionParser.Parse(text, out int length, out _);
        return string.IsNullOrWhiteSpace(text[length..]) ? term : Number.Undefined;
    }

    // A 0 in front of other digits.
    [GeneratedRegex("(?<![0-9.])0[0-9]")]
    private static partial Regex Padded();

    [GeneratedRegex("^ *(?:1?[0-9]|2[0-4]):[1-5][0-9] *$")]
    private static partial Regex Time();
}
