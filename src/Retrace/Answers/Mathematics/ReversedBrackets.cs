using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Reads intervals whose open ends have brackets that are turned outwards, as in ]1, 3[ (ISO 80000-2), and unions of
/// them, in the spelling of <see cref="LatexText"/>.
/// </summary>
internal static partial class ReversedBrackets
{
    // With a semicolon between them, bounds may have decimal commas.
    private const string Bound = @"[^\[\]⦃⦄<>≤≥=∈,;]+";
    private const string BoundWithComma = @"[^\[\]⦃⦄<>≤≥=∈;]+";

    // Two bounds between square brackets of either direction.
    private const string Bounded = $@"[\[\]](?:{Bound},{Bound}|{BoundWithComma};{BoundWithComma})[\[\]]";

    /// <summary>The interval or the union; null if the text is none, or has no bracket that is turned.</summary>
    /// <param name="text">The unified text.</param>
    /// <param name="parse">Reads a bound.</param>
    public static ListValue? Parse(string text, Func<string, AnswerValue> parse)
    {
        if (!text.AsSpan().ContainsAny('[', ']') || Intervals().Match(text) is not { Success: true } match)
        {
            return null;
        }
        string[] found = [.. match.Groups["interval"].Captures.Select(capture => capture.Value)];
        if (!found.Any(interval => interval[0] == ']' || interval[^1] == '['))
        {
            return null;
        }
        ListValue[] intervals = [.. found.Select(interval => Interval(interval, parse))];
        return intervals is [var only] ? only : new ListValue(ListValue.Union, intervals, ListValue.Union);
    }

    private static ListValue Interval(string text, Func<string, AnswerValue> parse)
    {
        // With a semicolon between the bounds, the commas are those of decimals.
        string bounds = text[1..^1];
        string[] parts = bounds.Contains(';') ? DecimalComma().Replace(bounds, ".").Split(';') : bounds.Split(',');
        return new ListValue(
            text[0] == ']' ? '(' : '[', [.. parts.Select(part => parse(part.Trim()))], text[^1] == '[' ? ')' : ']')
        {
            IsInterval = true,
        };
    }

    [GeneratedRegex(
        $@"^ *(?<interval>{Bounded})(?: *(?:∪|U|or(?![a-z])) *(?<interval>{Bounded}))* *$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Intervals();

    [GeneratedRegex("(?<=[0-9]),(?=[0-9])")]
    private static partial Regex DecimalComma();
}
