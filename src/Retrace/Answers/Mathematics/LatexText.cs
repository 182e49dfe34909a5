using System.Text;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Writes an answer's LaTeX, ASCII and Unicode spellings in one way, so that what means the same reads the same.
/// </summary>
/// <remarks>
/// In the result, roots are <c>√</c>, pi is <c>π</c>, degrees are <c>°</c>, products are <c>*</c>, set braces are
/// <see cref="SetOpen"/> and <see cref="SetClose"/>, fractions are <c>\frac</c>, and groups keep their braces. A matrix
/// and each of its rows stand in <see cref="RowOpen"/> and <see cref="RowClose"/>, with commas between. Wrappers such
/// as <c>$…$</c>, <c>\text{…}</c> and <c>\left</c> are gone, and runs of white space are one space.
/// </remarks>
internal static partial class LatexText
{
    public const char SetOpen = '⦃';
    public const char SetClose = '⦄';
    public const char RowOpen = '⟦';
    public const char RowClose = '⟧';

    // Looking for the end of one takes time in the square of the length.
    private const int MaxMatrixLength = 1024;

    // From a letter or digit to the one that is as wide as a Chinese character.
    private const int FullWidthOffset = '\uff21' - 'A';

    private const string MinusFirst = @"\^ ?(?:-1(?![0-9])|\{ *- *1 *\}|\( *- *1 *\))";

    /// <summary>The answer in the one spelling. Linear in its length; never throws.</summary>
    public static string Unify(string answer)
    {
        answer = FullWidth().Replace(
            LostBackslashes.Restore(answer), sign => ((char)(sign.Value[0] - FullWidthOffset)).ToString());
        answer = EscapedTwice().IsMatch(answer) ? answer.Replace(@"\\", @"\") : answer;
        answer = ThousandsComma().Replace(answer, ",");
        answer = answer.Length > MaxMatrixLength ? answer : Matrix().Replace(answer, Rows);
        answer = Superscript().Replace(answer, Power);
        answer = answer.Contains(@"\mathbb", StringComparison.Ordinal) ? RealNumbers().Replace(answer, "ℝ") : answer;
        answer = answer.Contains(@"\not", StringComparison.Ordinal) ? Negated().Replace(answer, Negation) : answer;
        answer = answer.Contains(@"\mathop", StringComparison.Ordinal)
            ? Accented().Replace(answer, @"\overset{${accent}}{${base}}")
            : answer;
        answer = CurrencyInFront().Replace(answer, "${amount} ${sign}");
        answer = RepeatingDecimals.Unify(answer);
        answer = ElementaryFunction.WithBackslashes(answer);
        StringBuilder unified = new(answer.Length);
        Stack<bool> groups = new(); // For each open brace, whether a wrapper opened it, so that it is not kept.
        bool wrapperPending = false;
        int position = 0;
        while (position < answer.Length)
        {
            char character = answer[position];
            if (character == '\\' && position + 1 < answer.Length)
            {
                int end = EndOfLetters(answer, position + 1);
                if (end > position + 1)
                {
                    string name = answer[(position + 1)..end];
                    wrapperPending = LatexVocabulary.Wrappers.Contains(name);
                    string spelling = LatexVocabulary.Commands.GetValueOrDefault(name)
                        ?? LatexVocabulary.FunctionNames.GetValueOrDefault(name, "\\" + name);
                    Append(unified, wrapperPending ? " " : spelling);
                    bool isInvisible = name is "left" or "right" && end < answer.Length && answer[end] == '.';
                    position = isInvisible ? end + 1 : end;
                }
                else
                {
                    AppendEscaped(unified, answer, position + 1);
                    position += 2;
                }
                continue;
            }
            if (char.IsAsciiLetter(character))
            {
                int end = EndOfLetters(answer, position);
                string word = answer[position..end];
                Append(unified, word is "sqrt" or "pi" ? LatexVocabulary.Commands[word] : word);
                position = end;
                continue;
            }
            switch (character)
            {
                case '{' when position + 2 < answer.Length && answer[position + 1] is ',' or ':'
                    && answer[position + 2] == '}':
                    unified.Append(answer[position + 1]);
                    position += 2;
                    break;
                case '{':
                    groups.Push(wrapperPending);
                    Append(unified, wrapperPending ? " " : "{");
                    wrapperPending = false;
                    break;
                case '}':
                    Append(unified, groups.TryPop(out bool ofWrapper) && ofWrapper ? " " : "}");
                    break;
                default:
                    Append(
                        unified,
                        char.IsWhiteSpace(character) ? " "
                        : LatexVocabulary.Characters.GetValueOrDefault(character, character.ToString()));
                    break;
            }
            position++;
        }
        unified.Replace("^{°}", "°").Replace("^°", "°").Replace("^ °", "°").Replace("<=", "≤").Replace(">=", "≥")
            .Replace("+∞", "∞").Replace("+ ∞", "∞").Replace("⦃⦄", "∅").Replace("⦃ ⦄", "∅");
        string text = unified.ToString();
        text = text.Contains('!') ? NotEqual().Replace(text, "≠") : text;
        if (text.Contains('^'))
        {
            text = PrimePower().Replace(text, "${primes}");
            text = InverseFunction().Replace(text, @"\arc${name} ");
            text = LetterTimes().Replace(text, "*");
        }
        return text.Contains('{') ? IdleGroups.Remove(text.Trim()) : text.Trim();
    }

    // 1 & 2 \\ 3 & 4 becomes ⟦⟦1,2⟧,⟦3,4⟧⟧.
    private static string Rows(Match matrix)
    {
        IEnumerable<string> rows = matrix.Groups["rows"].Value
            .Split(@"\\")
            .Where(row => !string.IsNullOrWhiteSpace(row))
            .Select(row => $"⟦{row.Replace('&', ',')}⟧");
        return $"⟦{string.Join(',', rows)}⟧";
    }

    private static string Negation(Match sign) => sign.ValueSpan.EndsWith("in") ? @"\notin " : @"\ne ";

    private static string Power(Match superscript) =>
        "^{" + string.Concat(superscript.Value.Select(digit => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(digit)])) + "}";

    // \{ and \} are set braces, \, and the like are spaces (none inside a number), \( and \[ only start mathematics.
    private static void AppendEscaped(StringBuilder unified, string answer, int position)
    {
        char escaped = answer[position];
        switch (escaped)
        {
            case '{':
                unified.Append(SetOpen);
                break;
            case '}':
                unified.Append(SetClose);
                break;
            case ',' or '!' or ';' or ':' or ' ' or '>' or '\\':
                bool insideNumber = unified.Length > 0 && char.IsAsciiDigit(unified[^1])
                    && position + 1 < answer.Length && char.IsAsciiDigit(answer[position + 1]);
                if (!(insideNumber && escaped is ',' or '!'))
                {
                    Append(unified, " ");
                }
                break;
            case '(' or ')' or '[' or ']' or '$':
                break;
            default:
                Append(unified, escaped.ToString());
                break;
        }
    }

    private static void Append(StringBuilder unified, string text)
    {
        bool isSecondSpace = text.StartsWith(' ') && (unified.Length == 0 || unified[^1] == ' ');
        unified.Append(text, isSecondSpace ? 1 : 0, text.Length - (isSecondSpace ? 1 : 0));
    }

    private static int EndOfLetters(string answer, int start)
    {
        int end = start;
        while (end < answer.Length && char.IsAsciiLetter(answer[end]))
        {
            end++;
        }
        return end;
    }

    [GeneratedRegex(@"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")]
    private static partial Regex FullWidth();

    // Not vmatrix, which is a determinant.
    [GeneratedRegex(
        @"\\begin\{(?<kind>[pbB]?matrix|smallmatrix|array)\}(?:\{[^{}]*\})?(?<rows>.*?)\\end\{\k<kind>\}",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Matrix();

    // €5 is 5 €. A dollar's sign begins a formula.
    [GeneratedRegex(@"^\s*(?<sign>[€£¥￥]) ?(?<amount>[0-9][0-9,. ]*)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex CurrencyInFront();

    [GeneratedRegex(@"\\mathbb *(?:R(?![a-zA-Z])|\{ *R *\})")]
    private static partial Regex RealNumbers();

    [GeneratedRegex("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")]
    private static partial Regex Superscript();

    // Text that went through JSON once too often doubles each backslash. Before one of these names, two of them are no
    // line break.
    [GeneratedRegex(
        @"(?<!\\)\\\\(?:begin|left|right|[cdt]?frac|sqrt|text|mathrm|cdot|times|pi|pm|circ|infty|cup|leq?|geq?|neq?)"
        + "(?![a-zA-Z])")]
    private static partial Regex EscapedTwice();

    // x \not= 3, x \not\in A
    [GeneratedRegex(@"\\not *(?:=|\\(?:eq|in)(?![a-zA-Z]))")]
    private static partial Regex Negated();

    // \mathop {AB}\limits^\frown and 0.\mathop 3\limits^ \cdot, as MathType has it.
    [GeneratedRegex(
        @"\\mathop *(?:\{(?<base>[^{}]*)\}|(?<base>[0-9])) *\\limits *\^ *"
        + @"(?:\{ *(?<accent>\\?[a-zA-Z.]+) *\}|(?<accent>\\[a-zA-Z]+|\.))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Accented();

    // 40,\!000: the space behind the comma is taken back.
    [GeneratedRegex(@",\\! ?(?=[0-9])")]
    private static partial Regex ThousandsComma();

    // 3.2x10^5
    [GeneratedRegex(@"(?<=[0-9]) ?[xX] ?(?=10 ?\^)")]
    private static partial Regex LetterTimes();

    // 5!=120 is an equation about a factorial.
    [GeneratedRegex(@"(?<!(?<![_{a-zA-Z0-9])[0-9]{1,9})!=")]
    private static partial Regex NotEqual();

    // A^{'}, as of A^\prime.
    [GeneratedRegex(@" ?\^ ?(?:(?<primes>'+)|\{ *(?<primes>'+) *\})")]
    private static partial Regex PrimePower();

    // \tan^{-1} is the arc tangent (ISO 80000-2), and {{\tan }^{-1}} in editors of formulas. Without its backslash,
    // sec^{-1} is per second.
    [GeneratedRegex(
        @"(?<outer>\{ ?(?=\{))?(?<open>\{ ?)?(?:(?<![\\a-zA-Z])|\\)(?<name>(?:sin|cos|tan|cot)h?|csc|(?<=\\)sec)"
        + $@"(?(open)(?: ?\}} ?{MinusFirst}| ?{MinusFirst} ?\}})| ?{MinusFirst}) ?(?(outer)\}} ?)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex InverseFunction();
}
