using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Reads numbers written in digits: decimals, also repeating ones, and mixed numbers.</summary>
internal static partial class Numeral
{
    /// <summary>The number whose digits begin here; <see cref="Number.Undefined"/> if none do.</summary>
    /// <param name="text">In the spelling of <see cref="LatexText"/>.</param>
    /// <param name="position">Moves behind the number.</param>
    public static Number Read(string text, ref int position)
    {
        Match match = Decimal().Match(text, position);
        if (!match.Success)
        {
            return Number.Undefined;
        }
        position += match.Length;
        string whole = match.Groups["whole"].Value.Replace(" ", "").Replace(",", "");
        string decimals = match.Groups["decimals"].Value;
        Number value = Number.Decimal("0" + whole + decimals, decimals.Length);
        if (match.Groups["repeating"].Success)
        {
            return value + Repeating(match.Groups["repeating"].Value, decimals.Length);
        }
        if (match.Groups["exponent"].Success)
        {
            return value * Number.Power(10, int.Parse(match.Groups["exponent"].ValueSpan));
        }
        value = decimals.Length == 0 ? value + MixedPart(text, ref position) : value;
        return value * ScaleWord.Read(text, ref position);
    }

    /// <summary>
    /// Whether the text is a range of numbers, as 20-30 and "0.2 - 0.4 m" are; the larger one less the smaller one,
    /// 30-20, is a calculation.
    /// </summary>
    /// <param name="text">In the spelling of <see cref="LatexText"/>.</param>
    public static bool IsRange(string text) =>
        Range().Match(text) is { Success: true } match
        && double.Parse(match.Groups["first"].ValueSpan, CultureInfo.InvariantCulture)
            < double.Parse(match.Groups["last"].ValueSpan, CultureInfo.InvariantCulture);

    // 0.1666… is 0.1 and 6/9 of its last place.
    private static Number Repeating(string digits, int place) =>
        Number.Decimal(digits, place) / (Number.Power(10, digits.Length) - 1);

    // The fraction of a mixed number, "1/2" or "\frac{1}{2}" right behind its whole part; 0 if there is none. An
    // improper fraction is none: it is a factor.
    private static Number MixedPart(string text, ref int position)
    {
        Match match = MixedFraction().Match(text, position);
        if (!match.Success)
        {
            return 0;
        }
        BigInteger numerator = BigInteger.Parse(match.Groups["numerator"].ValueSpan, CultureInfo.InvariantCulture);
        BigInteger denominator = BigInteger.Parse(match.Groups["denominator"].ValueSpan, CultureInfo.InvariantCulture);
        if (numerator >= denominator)
        {
            return 0;
        }
        position += match.Length;
        return (Number)numerator / denominator;
    }

    // Thousands may be set apart by commas, or by spaces unless a fraction follows, as in the mixed number 1 234/567.
    [GeneratedRegex(
        @"\G(?:(?<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9]| ?/)|[0-9]+)"
        + @"(?:\.(?:(?<decimals>[0-9]*)\\overline\{(?<repeating>[0-9]+)\}|(?<decimals>[0-9]+)))?"
        + @"|\.(?:(?<decimals>[0-9]*)\\overline\{(?<repeating>[0-9]+)\}|(?<decimals>[0-9]+)))"
        + @"(?:[eE](?<exponent>[+-]?[0-9]{1,4})(?![0-9a-zA-Z]))?",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Decimal();

    [GeneratedRegex(
        @"^(?<first>[0-9]{1,9}(?:\.[0-9]{1,9})?) ?- ?(?<last>[0-9]{1,9}(?:\.[0-9]{1,9})?) *(?:[%°]|[a-z]+)?$")]
    private static partial Regex Range();

    [GeneratedRegex(
        @"\G(?: +(?<numerator>[0-9]+) ?/ ?(?<denominator>[0-9]+)(?![0-9.])"
        + @"| ?\\frac *(?:(?<numerator>[0-9]) *|\{ *(?<numerator>[0-9]+) *\} *)"
        + @"(?:(?<denominator>[0-9])|\{ *(?<denominator>[0-9]+) *\}))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex MixedFraction();
}
