using System.Text;
using System.Text.RegularExpressions;
using Retrace.Answers.Choices;

namespace Retrace.Answers.Mathematics;

/// <summary>Reads an answer as a number, a list, a formula, a relation or text.</summary>
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
        text = TrimOuter(NamedQuantity.WithoutName(TrimOuter(text)));
        if (RealSetParser.IsAllNumbers(text))
        {
            return RealSet.All.ToValue();
        }
        if (ChoiceLetter.Of(text) is char letter)
        {
            return new TextValue(char.ToLowerInvariant(letter).ToString());
        }
        bool bracketed = text.FirstOrDefault() is '(' or '[' or LatexText.SetOpen or LatexText.RowOpen
            && ClosingBracket(text) == text.Length - 1;
        return RealSetParser.SetBuilder(text)
            ?? RealSetParser.WithoutPoints(text)
            ?? (depth == MaxDepth ? null : ReversedBrackets.Parse(text, bound => Parse(bound, depth + 1)))
            ?? (bracketed ? BracketedList(text, depth) : null)
            ?? (Numeral.IsRange(text) ? Text(text) : null)
            ?? Number(text)
            ?? RatioParser.Parse(text)
            ?? RealSetParser.Together(text)
            ?? (bracketed ? null : OpenList(text, depth))
            ?? Approximated(text, depth)
            ?? Alternatives(text, depth)
            ?? Member(text, depth)
            ?? RelationParser.Inequality(text)
            ?? Assigned(text, depth)
            ?? RelationParser.Equation(text)
            ?? Expression(text)
            ?? (AnswerValue)Text(text);
    }

    /// <summary>The number that fills the text, but for a unit behind it; null if there is none.</summary>
    internal static NumberValue? Number(string text)
    {
        Number value = ExpressionParser.Parse(text, out int length, out bool isAngle);
        return value.IsDefined && Unit.TryParse(text[length..], out Unit? unit)
            ? new NumberValue(value, unit ?? (isAngle ? Unit.Radian : null))
            : null;
    }

    // A tuple (1,234), an interval (0, 1], a set, a matrix.
    private static AnswerValue? BracketedList(string text, int depth)
    {
        List<string> parts = Split(text[1..^1]);
        if (parts is [string only] && only.TrimStart().StartsWith(LatexText.RowOpen) && text[0] != LatexText.RowOpen)
        {
            return depth == MaxDepth ? null : Parse(only, depth + 1); // A matrix that brings its own brackets.
        }
        int fewest = text[0] is LatexText.SetOpen or LatexText.RowOpen ? 1 : 2;
        return Items(parts, fewest, depth) is { } items ? new ListValue(text[0], [.. items], text[^1]) : null;
    }

    // "3, 5", "3 and 5", "(0, 1) ∪ (2, 3)", "x = 1, y = 2", "1, 2; 3, 4". Out of brackets, a comma may also set
    // thousands apart.
    private static ListValue? OpenList(string text, int depth)
    {
        List<string> parts = SplitUnion(text);
        if (parts.Count > 1)
        {
            return Items(parts, 2, depth) is { } sets
                ? new ListValue(ListValue.Union, [.. sets], ListValue.Union)
                : null;
        }
        text = ThousandsSeparator().Replace(text, "");
        parts = Split(text, (text, i) => text[i] == ';' ? 1 : 0);
        parts = parts.Count > 1 ? parts : Split(text);
        string[] names = [.. parts.Select(part => part.Split('=')[0].Trim())];
        if (parts.Count > 1
            && parts.All(part => part.Contains('='))
            && names.All(NamedQuantity.IsName)
            && names.Distinct().Count() == names.Length)
        {
            // Values of different things: in the order of their names, like the tuple of these.
            string[] values = [.. parts];
            Array.Sort(names, values, StringComparer.Ordinal);
            return Items([.. values], 2, depth) is { } named ? new ListValue('(', [.. named], ')') : null;
        }
        return Items(parts, 2, depth) is { } items
            ? new ListValue(ListValue.Bare, [.. items], ListValue.Bare)
            : null;
    }

    // "x ≈ 1.41" says 1.41, but "√2 ≈ 1.41" says √2.
    private static AnswerValue? Approximated(string text, int depth)
    {
        int sign = text.IndexOf('≈');
        if (sign < 0 || depth == MaxDepth)
        {
            return null;
        }
        string exact = text[..sign].Trim();
        string approximate = text[(sign + 1)..].Trim();
        return approximate.Length == 0 ? null
            : Parse(exact.Length == 0 || NamedQuantity.IsName(exact) ? approximate : exact, depth + 1);
    }

    // "1 ± √2" is "1 + √2, 1 − √2".
    private static ListValue? Alternatives(string text, int depth)
    {
        if (!text.Contains('±') || depth == MaxDepth)
        {
            return null;
        }
        AnswerValue upper = Parse(text.Replace('±', '+').Replace('∓', '-'), depth + 1);
        AnswerValue lower = Parse(text.Replace('±', '-').Replace('∓', '+'), depth + 1);
        return new ListValue(ListValue.Bare, [upper, lower], ListValue.Bare);
    }

    // "x ∈ [0, 1]" says [0, 1].
    private static AnswerValue? Member(string text, int depth)
    {
        int sign = text.IndexOf('∈');
        if (sign < 0 || depth == MaxDepth || !NamedQuantity.IsName(text[..sign]))
        {
            return null;
        }
        string set = text[(sign + 1)..].Trim();
        return Parse(set == "R" ? "ℝ" : set, depth + 1);
    }

    private static IEnumerable<AnswerValue>? Items(List<string> parts, int fewest, int depth) =>
        depth == MaxDepth || parts.Count < fewest || parts.Any(string.IsNullOrWhiteSpace)
            ? null
            : parts.Select(part => Parse(part, depth + 1));

    // "x = 3" says 3, and "A = 6/2 = 3", "6/2 = 3" and "AB/CD = 3" too; "y = 2x + 1" and "2x + 1 = y" say 2x + 1,
    // besides what the equation says. "2x = 6" says just that.
    private static AnswerValue? Assigned(string text, int depth)
    {
        if (!text.Contains('=') || depth == MaxDepth)
        {
            return null;
        }
        List<string> sides = Split(text, (text, i) => text[i] == '=' ? 1 : 0);
        if (sides.Count < 2)
        {
            return null;
        }
        bool isChain = sides.Count > 2;
        (string name, string given) = (sides[0], sides[^1]);
        bool isCalculation = Number(name) is not null;
        if (isCalculation && Number(given) is { } result)
        {
            return result;
        }
        if (!NamedQuantity.IsName(name) && !NamedQuantity.IsRatio(name))
        {
            bool isNameBehind = NamedQuantity.IsVariable(given) || NamedQuantity.IsRatio(given)
                || (isCalculation && NamedQuantity.IsQuantity(given));
            if (isChain || !isNameBehind)
            {
                return null;
            }
            (name, given) = (given, name);
        }
        AnswerValue value = Parse(given, depth + 1);
        if (NamedQuantity.IsRatio(name) && !NamedQuantity.IsName(name))
        {
            return value is NumberValue or RatioValue ? value : null;
        }
        return value switch
        {
            TextValue => !isChain && NamedQuantity.IsVariable(name) ? value : null,
            FormulaValue formula => new FormulaValue(formula.Values, RelationParser.Equation(text)),
            _ => value,
        };
    }

    private static FormulaValue? Expression(string text) =>
        Formula.Evaluate(text) is double[] values ? new FormulaValue(values) : null;

    private static TextValue Text(string text)
    {
        text = Article().Replace(text, "").Replace('ℝ', 'R');
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
        while (text.StartsWith("**", StringComparison.Ordinal) && text.Length > 4
            && text.EndsWith("**", StringComparison.Ordinal))
        {
            text = text[2..^2].Trim(); // Bold, in Markdown.
        }
        while (text.StartsWith('{') && ClosingBracket(text) == text.Length - 1 && !text.Contains(@"\choose"))
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
        '(' or '[' or '{' or LatexText.SetOpen or LatexText.RowOpen => 1,
        ')' or ']' or '}' or LatexText.SetClose or LatexText.RowClose => -1,
        _ => 0,
    };

    // At the commas, semicolons, "and" and "or" outside of brackets.
    private static List<string> Split(string text) =>
        Split(text, (text, i) => Math.Max(Conjunction().Match(text, i).Length, text[i] is ',' or ';' ? 1 : 0));

    // At the signs of a union outside of brackets; between brackets, a letter may stand for it.
    private static List<string> SplitUnion(string text) =>
        Split(text, (text, i) => text[i] == '∪' || LetterUnion().IsMatch(text, i) ? 1 : 0);

    private static List<string> Split(string text, Func<string, int, int> separatorAt)
    {
        List<string> parts = [];
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += Nesting(text[i]);
            int separator = depth != 0 ? 0 : separatorAt(text, i);
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

    [GeneratedRegex(@"(?<=(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*),(?=[0-9]{3}(?![0-9]))")]
    private static partial Regex ThousandsSeparator();

    [GeneratedRegex(@"\G,? ?(?<![a-zA-Z])(?:and|or)(?![a-z]) ?")]
    private static partial Regex Conjunction();

    [GeneratedRegex(@"(?<=[)\]] ?)\GU(?= ?[(\[])")]
    private static partial Regex LetterUnion();

    [GeneratedRegex(@"^(?:the|an?) (?=[a-z]{2})", RegexOptions.IgnoreCase)]
    private static partial Regex Article();
}
