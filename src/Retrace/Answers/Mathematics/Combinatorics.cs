using System.Numerics;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Factorials and binomial coefficients.</summary>
/// <remarks>
/// Of whole numbers they are exact. Of a variable's value they are continued by the gamma function, so that n! and
/// n · (n − 1)! agree.
/// </remarks>
internal static partial class Combinatorics
{
    /// <summary>n!, and for larger steps n (n − step) (n − 2 step) …, as n!! is for 2.</summary>
    /// <returns>Undefined for fractions, negative numbers and results that are too large.</returns>
    public static Number Factorial(Number number, int step)
    {
        if (!number.IsExact)
        {
            return step == 1 ? Number.Approximate(GammaFunction.Evaluate(number.Value + 1)) : Number.Undefined;
        }
        if (number.Whole is not { Sign: >= 0 } whole)
        {
            return Number.Undefined;
        }
        BigInteger product = 1;
        for (BigInteger factor = whole; factor > 1 && product.GetBitLength() <= Number.MaxBits; factor -= step)
        {
            product *= factor;
        }
        return Bounded(product);
    }

    /// <summary>The number of ways to choose <paramref name="chosen"/> of <paramref name="number"/> things.</summary>
    /// <returns>Undefined for fractions, negative numbers and results that are too large.</returns>
    public static Number Binomial(Number number, Number chosen)
    {
        if (!number.IsExact || !chosen.IsExact)
        {
            return Number.Approximate(
                GammaFunction.Evaluate(number.Value + 1)
                / GammaFunction.Evaluate(chosen.Value + 1)
                / GammaFunction.Evaluate(number.Value - chosen.Value + 1));
        }
        if (number.Whole is not { Sign: >= 0 } all || chosen.Whole is not { Sign: >= 0 } some)
        {
            return Number.Undefined;
        }
        if (some > all)
        {
            return 0;
        }
        some = BigInteger.Min(some, all - some);
        BigInteger ways = 1;
        for (BigInteger i = 1; i <= some && ways.GetBitLength() <= Number.MaxBits; i++)
        {
            ways = ways * (all - some + i) / i;
        }
        return Bounded(ways);
    }

    /// <summary>
    /// The number of combinations that is written with a C at this place, as <c>{}_5C_2</c> or <c>C_5^2</c>, or of
    /// arrangements, written with an A or a P; undefined if there is none.
    /// </summary>
    /// <param name="text">In the spelling of <see cref="LatexText"/>.</param>
    /// <param name="position">Moves behind it.</param>
    public static Number Read(string text, ref int position)
    {
        Match match = Selection().Match(text, position);
        if (!match.Success)
        {
            return Number.Undefined;
        }
        int all = int.Parse(match.Groups["all"].ValueSpan);
        int some = int.Parse(match.Groups["some"].ValueSpan);
        if (some > all)
        {
            return Number.Undefined; // A power of a name with an index.
        }
        position += match.Length;
        return match.Groups["kind"].Value == "C" ? Binomial(all, some) : Arrangements(all, some);
    }

    // n (n − 1) … of as many factors as are chosen.
    private static Number Arrangements(int all, int chosen)
    {
        BigInteger ways = 1;
        for (int i = 0; i < chosen && ways.GetBitLength() <= Number.MaxBits; i++)
        {
            ways *= all - i;
        }
        return Bounded(ways);
    }

    private static Number Bounded(BigInteger result) =>
        result.GetBitLength() <= Number.MaxBits ? result : Number.Undefined;

    // {}_5C_2, ^5C_2, C_5^2, C^2_5
    [GeneratedRegex(
        @"\G(?:(?:\{ *\} *)?[_^] *(?:(?<all>[0-9]{1,4})|\{ *(?<all>[0-9]{1,4}) *\}) *(?<kind>[CAP]) *_"
        + @" *(?:(?<some>[0-9])|\{ *(?<some>[0-9]{1,4}) *\})"
        + @"|(?<kind>[CAP]) *_ *(?:(?<all>[0-9])|\{ *(?<all>[0-9]{1,4}) *\}) *\^"
        + @" *(?:(?<some>[0-9])|\{ *(?<some>[0-9]{1,4}) *\})"
        + @"|(?<kind>[CAP]) *\^ *(?:(?<some>[0-9])|\{ *(?<some>[0-9]{1,4}) *\}) *_"
        + @" *(?:(?<all>[0-9])|\{ *(?<all>[0-9]{1,4}) *\}))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Selection();
}
