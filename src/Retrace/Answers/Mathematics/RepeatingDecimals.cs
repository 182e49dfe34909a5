using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Writes the digits of a decimal that repeat in one way, <c>0.1\overline{6}</c>, whether they are under a bar, between
/// dots, in brackets, or three times before an ellipsis.
/// </summary>
internal static partial class RepeatingDecimals
{
    /// <summary>The text in that spelling. Linear in its length.</summary>
    public static string Unify(string text)
    {
        if (!text.Contains('.'))
        {
            return text;
        }
        text = Braced().Replace(text, "${digits}");
        text = CombiningBar().Replace(text, digits => $@"\overline{{{WithoutMarks(digits.Value)}}}");
        text = CombiningDot().Replace(text, @"\dot{${digit}}");
        text = DotAbove().Replace(text, @"\dot{${digit}}");
        text = Barred().Replace(
            text, bars => $@"\overline{{{string.Concat(bars.Groups["digits"].Captures.Select(one => one.Value))}}}");
        text = Dotted().Replace(text, @"\overline{${first}${middle}${last}}");
        text = Bracketed().Replace(text, @"\overline{${digits}}");
        return Ellipsis().Replace(text, Continued);
    }

    // The shortest block that ends the decimals three times.
    private static string Continued(Match match)
    {
        string decimals = match.Groups["decimals"].Value;
        for (int length = 1; 3 * length <= decimals.Length; length++)
        {
            int start = decimals.Length - 3 * length;
            string block = decimals[^length..];
            if (decimals.EndsWith(block + block + block, StringComparison.Ordinal))
            {
                return $@".{decimals[..start]}\overline{{{block}}}";
            }
        }
        return match.Value;
    }

    private static string WithoutMarks(string digits) => string.Concat(digits.Where(char.IsAsciiDigit));

    // 0.{\dot 3}
    [GeneratedRegex(@"(?<=\.[0-9]{0,15})\{ *(?<digits>\\(?:overline|bar|dot) *(?:[0-9]|\{ *[0-9]+ *\})) *\}")]
    private static partial Regex Braced();

    [GeneratedRegex(@"(?<=\.[0-9]{0,15})(?:[0-9][\u0304\u0305])+")]
    private static partial Regex CombiningBar();

    [GeneratedRegex(@"(?<=\.(?:[0-9]\u0307?){0,15})(?<digit>[0-9])\u0307")]
    private static partial Regex CombiningDot();

    // 0.\overset{.}{3}, 0.\overset{\cdot}{3}
    [GeneratedRegex(
        @"\\(?:overset|stackrel) *(?:\{ *(?:\.|·|•|\\(?:cdot|bullet)) *\}|\\(?:cdot|bullet)) *(?:\{ *(?<digit>[0-9]) *\}|(?<digit>[0-9]))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex DotAbove();

    // 0.\overline3, 0.\bar{3}, 0.\bar{1}\bar{2}, 0.\overline{3}…
    [GeneratedRegex(
        @"(?<=\.[0-9]{0,15})\\(?:overline|bar) *(?:(?<digits>[0-9])|\{ *(?<digits>[0-9]+) *\})"
        + @"(?: ?\\(?:overline|bar) *(?:(?<digits>[0-9])|\{ *(?<digits>[0-9]+) *\}))*"
        + @"(?: ?(?:\.\.\.|…|\\[lc]?dots(?![a-z])))?")]
    private static partial Regex Barred();

    // 0.\dot{3}, 0.\dot1\dot2, 0.\dot{1}4285\dot{7}
    [GeneratedRegex(
        @"(?<=\.[0-9]{0,15})\\dot *(?:(?<first>[0-9])|\{ *(?<first>[0-9]) *\})"
        + @"(?:(?<middle>[0-9]*) ?\\dot *(?:(?<last>[0-9])|\{ *(?<last>[0-9]) *\}))?")]
    private static partial Regex Dotted();

    // 0.1(6), 0.[36]. What goes on behind the bracket is a product, such as 0.5(12)(3).
    [GeneratedRegex(
        @"(?<=[0-9]\.[0-9]{0,15})(?:\((?<digits>[0-9]+)\)|\[(?<digits>[0-9]+)\])(?! *[(\[^0-9])")]
    private static partial Regex Bracketed();

    // 0.1666...
    [GeneratedRegex(@"\.(?<decimals>[0-9]{3,30})(?:\.\.\.|…|\\[lc]?dots(?![a-z]))")]
    private static partial Regex Ellipsis();
}
