using System.Text;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Reads an answer as a number, a list or text.</summary>
internal static partial class AnswerParser
{
    // Longer answers are compared as text.
    private const int MaxLength = 512;
    private const int MaxDepth = 8;

    public static AnswerValue Parse(string answer)
    {
        string unified = LatexText.Unify(answer);
        if (unified.Length == 0)
        {
            return new TextValue(answer.Trim()); // Nothing but markup, such as "$": it stands for itself.
        }
        return unified.Length > MaxLength ? Text(unified) : Parse(unified, depth: 0);
    }

    private static AnswerValue Parse(string text, int depth)
    {
        text = TrimOuter(text);
        Match choice = Choice().Match(text);
        if (choice.Success)
        {
            return new TextValue(choice.Groups["letter"].Value.ToLowerInvariant());
        }
        bool bracketed = text.FirstOrDefault() is '(' or '[' or LatexText.SetOpen
            && ClosingBracket(text) == text.Length - 1;
        return (bracketed ? BracketedList(text, depth) : null)
            ?? Number(text)
            ?? (bracketed ? null : OpenList(text, depth))
            ?? Assigned(text, depth)
            ?? Text(text);
    }

    // A number fills the text, but for a unit behind it.
    private static NumberValue? Number(string text)
    {
        Number value = ExpressionParser.Parse(text, out int length);
        return value.IsDefined && Unit.TryParse(text[length..], out Unit? unit) ? new NumberValue(value, unit) : null;
    }

    // A tuple (1,234), an interval (0, 1], a set.
    private static ListValue? BracketedList(string text, int depth)
    {
        bool isSet = text[0] == LatexText.SetOpen;
        IEnumerable<AnswerValue>? items = Items(Split(text[1..^1]), isSet ? 1 : 2, depth);
        if (isSet)
        {
            items = items?.OrderBy(item => item.CanonicalForm, StringComparer.Ordinal);
        }
        return items is null ? null : new ListValue(text[0], [.. items], text[^1]);
    }

    // "3, 5", "3 and 5". Out of brackets, a comma may also set thousands apart.
    private static ListValue? OpenList(string text, int depth)
    {
        IEnumerable<AnswerValue>? items = Items(Split(ThousandsSeparator().Replace(text, "")), 2, depth);
        return items is null ? null : new ListValue('(', [.. items], ')');
    }

    private static IEnumerable<AnswerValue>? Items(List<string> parts, int fewest, int depth) =>
        depth == MaxDepth || parts.Count < fewest || parts.Any(string.IsNullOrWhiteSpace)
            ? null
            : parts.Select(part => Parse(part, depth + 1));

    // "x = 3" says 3, and "A = 6/2 = 3" too; "y = 2x + 1" says 2x + 1. "2x = 6" says just that.
    private static AnswerValue? Assigned(string text, int depth)
    {
        int first = text.IndexOf('=');
        if (first < 0 || depth == MaxDepth || !Name().IsMatch(text.AsSpan(0, first)))
        {
            return null;
        }
        int last = text.LastIndexOf('=');
        AnswerValue value = Parse(text[(last + 1)..], depth + 1);
        return value is not TextValue || (first == last && Variable().IsMatch(text.AsSpan(0, first))) ? value : null;
    }

    private static TextValue Text(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            // Braces around a single character make no difference: x^{2} is x^2.
            if (text[i] == '{' && i + 2 < text.Length && text[i + 2] == '}' && text[i + 1] is not ('{' or '}'))
            {
                plain.Append(text[i + 1]);
                i += 2;
            }
            else if (!char.IsWhiteSpace(text[i]))
            {
                plain.Append(text[i]);
            }
        }
        string trimmed = plain.ToString().ToLowerInvariant().TrimEnd('.');
        return new TextValue(trimmed.Length == 0 ? text : trimmed);
    }

    // Without the full stop at the end and braces around everything.
    private static string TrimOuter(string text)
    {
        text = text.Trim().TrimEnd('.').TrimEnd();
        while (text.StartsWith('{') && ClosingBracket(text) == text.Length - 1)
        {
            text = text[1..^1].Trim();
        }
        return text;
    }

    // The index of the bracket that closes the one at the start, whatever its kind, as intervals mix them; −1 if none
    // does.
    private static int ClosingBracket(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += Nesting(text[i]);
            if (depth == 0)
            {
                return i;
            }
        }
        return -1;
    }

    private static int Nesting(char character) => character switch
    {
        '(' or '[' or '{' or LatexText.SetOpen => 1,
        ')' or ']' or '}' or LatexText.SetClose => -1,
        _ => 0,
    };

    // At the commas, semicolons, "and" and "or" outside of brackets.
    private static List<string> Split(string text)
    {
        List<string> parts = [];
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += Nesting(text[i]);
            int separator = depth != 0 ? 0 : text[i] is ',' or ';' ? 1 : Conjunction().Match(text, i).Length;
            if (separator > 0)
            {
                parts.Add(text[start..i]);
                start = i + separator;
                i = start - 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }

    // A, (A), A., "A. 15", "(A) 15", "option A"
    [GeneratedRegex(
        @"^(?:(?:[Oo]ption|[Cc]hoice) ?)?\(?(?<letter>[a-zA-Z])\)?[.:]?$"
        + @"|^(?:\((?<letter>[A-J])\):? ?|(?<letter>[A-J])[.):] )[^-+*/^=,.:)\s].*$",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Choice();

    [GeneratedRegex(@"(?<=(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*),(?=[0-9]{3}(?![0-9]))")]
    private static partial Regex ThousandsSeparator();

    [GeneratedRegex(@"\G,? (?:and|or) ")]
    private static partial Regex Conjunction();

    // x, x_1, AB, ∠ABC, m∠A, f(x), Area, the area
    [GeneratedRegex(@"^ *[∠△\\]? *[a-zA-Zα-ω][a-zA-Zα-ω∠△\\ ]*(?:_\{?[a-zA-Z0-9]+\}?)?'? *(?:\([a-zA-Z, ]+\))? *$")]
    private static partial Regex Name();

    // x, x_1, f(x)
    [GeneratedRegex(@"^ *[a-zA-Z](?:_\{?[a-zA-Z0-9]\}?)? *(?:\([a-zA-Z]\))? *$")]
    private static partial Regex Variable();
}
