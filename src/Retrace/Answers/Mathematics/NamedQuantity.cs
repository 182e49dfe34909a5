using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// The names that answers give values to, in the spelling of <see cref="LatexText"/>: variables, and quantities as
/// geometry writes them.
/// </summary>
internal static partial class NamedQuantity
{
    private const string Braces = @"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}";

    // _1, _{ABC}, _{△ ABC}, _{ cone }, _阴影
    private const string Index = $@" *_ *(?:[a-zA-Z0-9△α-ω]|\p{{IsCJKUnifiedIdeographs}}{{1,8}}|{Braces})";

    // Behind the bracket of a function's argument: the function's letter is in it at most as a function.
    private const string NotOfItself = @"(?![^()]*(?<!\\[a-zA-Z]*)\k<function>(?! *\())";

    private const string Nested = @"(?:[^()]|\((?:[^()]|\([^()]*\))*\))";

    /// <summary>Whether a value may be given to it: x, x_1, AB, ∠ABC, S_{△ABC}, f(x), f(2), Area, (x, y).</summary>
    public static bool IsName(string text) =>
        Name().IsMatch(text) || FunctionValue().IsMatch(text) || IsQuantity(text);

    /// <summary>
    /// The text without the name of a set or of a point, as in "A ∩ B = (1, 2)" and P(1, 2), which says no more.
    /// </summary>
    public static string WithoutName(string text) =>
        (text.Contains('=') ? NamedSet() : NamedPoint()).Match(text) is { Success: true } name
            ? text[name.Length..].TrimStart()
            : text;

    /// <summary>Whether it is a ratio of quantities, as AB/CD and AB:BC:CA, or the length |AB|.</summary>
    public static bool IsRatio(string text)
    {
        if (Fraction().Match(text) is { Success: true } fraction)
        {
            return IsMagnitude(fraction.Groups["numerator"].Value[1..^1])
                && IsMagnitude(fraction.Groups["denominator"].Value[1..^1]);
        }
        string[] terms = text.Split(text.Contains(':') ? ':' : '/');
        return terms.Length == 1 ? Length().IsMatch(text)
            : (terms.Length == 2 || text.Contains(':')) && terms.All(IsMagnitude);
    }

    /// <summary>Whether it is a single variable or the function of one: x, x_1, f(x).</summary>
    public static bool IsVariable(string text) => Variable().IsMatch(text);

    /// <summary>
    /// Whether it is a quantity that is no variable, or a sum, difference or product of such, as S_1 + S_2.
    /// </summary>
    public static bool IsQuantity(string text)
    {
        text = text.Trim();
        int position = 0;
        while (true)
        {
            int end = EndOfBars(text, position);
            end = end >= 0 ? end : EndOfMark(text, position);
            if (end < 0 || end == text.Length)
            {
                return end > 0;
            }
            Match operation = Operation().Match(text, end);
            if (!operation.Success)
            {
                return false;
            }
            position = end + operation.Length;
        }
    }

    private static bool IsMagnitude(string text)
    {
        text = text.Trim();
        return SimpleMagnitude().IsMatch(text) || (text.Length > 0 && EndOfMark(text, 0) == text.Length);
    }

    // Of |AB| and |a − b|, where a and b are vectors; −1 if none begins here.
    private static int EndOfBars(string text, int start)
    {
        int bars = start;
        while (bars < text.Length && text[bars] == '|')
        {
            bars++;
        }
        int close = text.IndexOf('|', bars);
        if (bars == start || close < 0 || !IsQuantity(text[bars..close]))
        {
            return -1;
        }
        return string.CompareOrdinal(text, close, text, start, bars - start) == 0 ? close + bars - start : -1;
    }

    // Of one quantity: AB, A_1B_1, A'B', S_1, ∠ABC, a segment, an arc, a vector, f(2), x_1, α; −1 if none begins here.
    private static int EndOfMark(string text, int start)
    {
        Match mark = Decorated().Match(text, start);
        mark = mark.Success ? mark : Figure().Match(text, start);
        mark = mark.Success ? mark : FunctionAtNumber().Match(text, start);
        mark = mark.Success ? mark : IndexedOrGreek().Match(text, start);
        if (mark.Success)
        {
            return start + mark.Length;
        }
        // A capital letter alone may be a variable.
        mark = Points().Match(text, start);
        return mark.Success && (mark.Groups["point"].Captures.Count > 1 || mark.Groups["index"].Success)
            ? start + mark.Length
            : -1;
    }

    // log x = 2 is an equation.
    [GeneratedRegex(
        @"^(?! *\\?(?:ln|lg|log|exp|not)(?![a-zA-Z])) *[∠△\\]? *[a-zA-Zα-ω\p{IsCJKUnifiedIdeographs}]"
        + @"[a-zA-Zα-ω∠△\\\p{IsCJKUnifiedIdeographs} ]*"
        + $@"(?:{Index})?'* *(?:\([a-zA-Z, ]+\)(?:{Index})?)? *$"
        + @"|^ *m? *∠ *[0-9]+ *$|^ *\( *[a-zA-Z](?: *, *[a-zA-Z])+ *\) *$")]
    private static partial Regex Name();

    // f(2), f(f(2)), f^{-1}(3), f'(1), P(A|B), C(5, 2), gcd(12, 18), (f ∘ g)(2), n(A ∪ B). In p(p + 1), p is a
    // factor.
    [GeneratedRegex(
        @"^ *(?!\\?(?:sin|cos|tan|cot|sec|csc|log|ln|exp|arc))(?<function>[fghpqACDEFGHNPQSTV]|φ|\\?[a-zA-Z]{3,})"
        + $@"(?:{Index})?(?: ?\^ ?\{{? *-1 *\}}?)?'* *\({NotOfItself}{Nested}*\) *$"
        + @"|^ *\( *[fghpq] *[°∘] *[fghpq] *\) *\([^()]*\) *$|^ *n *\([A-Z' ∩∪]+\) *$")]
    private static partial Regex FunctionValue();

    // f(2), f(-1/2), in a sum of such.
    [GeneratedRegex($@"\G(?<function>[fghFG])(?:{Index})?'* *\({NotOfItself}(?=[^()]*[0-9]){Nested}*\)")]
    private static partial Regex FunctionAtNumber();

    // x_1, and x_1x_2 as a product; α; the dots of a_1 + … + a_n.
    [GeneratedRegex(
        @"\G(?:(?:[a-z] *_ *(?:[0-9]|\{ *[0-9]+ *\})'* *)+|[α-ω-[π]]|\\(?:alpha|beta|gamma|theta|varphi|phi|lambda|mu)"
        + @"(?![a-zA-Z])|\\[lc]?dots(?![a-zA-Z])|…|\.\.\.)")]
    private static partial Regex IndexedOrGreek();

    // A ∪ B =, ∁_U A =
    [GeneratedRegex(@"^(?=[^=]*[∩∪∁])(?:[A-Z() ∩∪]|∁ *(?:_ *(?:[A-Z]|\{ *[A-Z] *\}))?)+=")]
    private static partial Regex NamedSet();

    // P of P(1, 2)
    [GeneratedRegex(@"^[A-Z]'?(?: *_ *(?:[0-9]|\{ *[0-9] *\}))?(?=\([^(),]+(?:,[^(),]+){1,2}\)$)")]
    private static partial Regex NamedPoint();

    // What is over letters: a segment's bar, an arc, a vector's arrow; the measure of a segment or an arc.
    [GeneratedRegex(
        @"\G(?:m *(?=\\(?:over|wide|arc)))?(?:\\(?:overline|overarc|overparen|wideparen|widehat|overrightarrow|overleftarrow|overleftrightarrow|vec"
        + $@"|bar|hat|arc|tilde|widetilde)(?: *{Braces}| *[a-zA-Z](?![a-zA-Z]))"
        + $@"|\\(?:overset|stackrel) *(?:\\[a-z]+|{Braces}) *(?:{Braces}|[A-Z])|⌒ *[A-Z]{{2,}})")]
    private static partial Regex Decorated();

    // ∠ABC, m∠1, ∠{BAC}, sin ∠1, △ABC, ⊙O, and the area [ABC]
    [GeneratedRegex(
        @"\G(?:(?:\\(?:sin|cos|tan|cot) *)?m? *∠ *"
        + $@"(?:(?:[A-Z](?:{Index})?'*)+|[0-9]+|[α-ω]|\\[a-z]+|\{{ *[A-Z0-9]+ *\}})"
        + $@"|[△⊙▱□] *(?:[A-Z](?:{Index})?'*)+|\[ *△? *[A-Z]{{3,}} *\])")]
    private static partial Regex Figure();

    [GeneratedRegex($@"\G(?:(?<point>[A-Z])(?:(?<index>{Index}'*|'+))? *(?![a-z]))+")]
    private static partial Regex Points();

    [GeneratedRegex(@"\G *[-+*] *")]
    private static partial Regex Operation();

    // x, AB, V_1, S_{ABC}
    [GeneratedRegex($"^[a-zA-Z]+(?:{Index})?$")]
    private static partial Regex SimpleMagnitude();

    [GeneratedRegex($@"^ *\\frac *(?<numerator>{Braces}) *(?<denominator>{Braces}) *$")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^ *\| *[A-Z]{2} *\| *$")]
    private static partial Regex Length();

    [GeneratedRegex(@"^ *[a-zA-Z](?:_\{?[a-zA-Z0-9]\}?)? *(?:\([a-zA-Z]\))? *$")]
    private static partial Regex Variable();
}
