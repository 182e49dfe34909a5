using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>Words behind digits that multiply them: 5 million, 3 dozen, 3万.</summary>
internal static partial class ScaleWord
{
    /// <summary>What the words at this place multiply by; 1 if there are none.</summary>
    /// <param name="text">In the spelling of <see cref="LatexText"/>.</param>
    /// <param name="position">Moves behind them.</param>
    public static Number Read(string text, ref int position)
    {
        Number scale = 1;
        while (Word().Match(text, position) is { Success: true } match)
        {
            position += match.Length;
            scale *= match.Groups["word"].ValueSpan switch
            {
                "dozen" => 12,
                "hundred" => 100,
                "thousand" => 1_000,
                "万" => 10_000,
                "million" => 1_000_000,
                "亿" => 100_000_000,
                "billion" => Number.Power(10, 9),
                _ => Number.Power(10, 12), // trillion
            };
        }
        return scale;
    }

    [GeneratedRegex(@"\G *(?<word>dozen|hundred|thousand|million|billion|trillion|[万亿])(?![a-z])")]
    private static partial Regex Word();
}
