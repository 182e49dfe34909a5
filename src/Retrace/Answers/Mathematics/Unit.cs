using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>A unit of measurement: what it measures, and how many of that quantity's base units it is.</summary>
/// <param name="Dimension">Such as <c>length^2 time^-1</c>; for a thing that is counted, its name.</param>
/// <param name="Factor">The unit in base units of its dimension.</param>
internal sealed partial record Unit(string Dimension, Number Factor)
{
    /// <summary>
    /// Percent stands for a factor of 1/100 and is also left out by people who answer in percent, so an answer without
    /// it may mean either.
    /// </summary>
    public static Unit Percent { get; } = new("percent", (Number)1 / 100);

    public static Unit Radian { get; } = new("angle^1", UnitNames.Radian);

    private const int MaxExponent = 9;

    /// <summary>
    /// Reads the unit that follows a number. True with a null unit for units of no dimension ("units", "square units").
    /// </summary>
    /// <param name="text">What follows the number, in the spelling of <see cref="LatexText"/>.</param>
    /// <param name="unit">The unit.</param>
    public static bool TryParse(string text, out Unit? unit)
    {
        unit = null;
        bool isSeparate = text.StartsWith(' ');
        text = text.Trim().ToLowerInvariant();
        text = text.StartsWith('(') && text.EndsWith(')') ? text[1..^1].Trim() : text;
        text = PowerBehind().Replace(text, PowerInFront);
        if (text.TrimEnd('.') is "" or "%" or "percent" or "percentage" or "per cent" or "pct")
        {
            unit = text.TrimEnd('.').Length == 0 ? null : Percent;
            return true;
        }
        // A lone letter stuck to a number is a variable rather than a unit: 3m is no length.
        if (!isSeparate && text.Length == 1 && char.IsAsciiLetter(text[0]))
        {
            return false;
        }
        return TryParseMeasure(text, out unit) || TryParseThing(text, out unit);
    }

    // "cm squared" is square cm; of things that are counted, squares are others.
    private static string PowerInFront(Match match)
    {
        string unit = match.Groups["unit"].Value;
        return UnitNames.Find(unit) is null ? match.Value
            : (match.Groups["power"].Value == "squared" ? "square " : "cubic ") + unit;
    }

    private static bool TryParseMeasure(string text, out Unit? unit)
    {
        unit = null;
        SortedDictionary<string, int> exponents = new(StringComparer.Ordinal);
        Number factor = 1;
        int sign = 1;
        int wordExponent = 1; // Of "square" and "cubic", for the unit after them.
        foreach ((string name, int power) in Parts(text))
        {
            switch (name)
            {
                case "/" or "per":
                    sign = -1;
                    continue;
                case "*":
                    continue;
                case "square" or "sq" or "cubic" or "cu":
                    wordExponent = name[0] == 's' ? 2 : 3;
                    continue;
            }
            if (UnitNames.Find(name) is not { } known)
            {
                return false;
            }
            int exponent = power * sign * wordExponent;
            exponents[known.Dimension] = exponents.GetValueOrDefault(known.Dimension) + exponent * known.Exponent;
            factor *= Number.Power(known.Factor, exponent);
            sign = 1;
            wordExponent = 1;
        }
        if (!factor.IsDefined || exponents.Values.Any(exponent => Math.Abs(exponent) > MaxExponent))
        {
            return false;
        }
        string dimension = string.Join(
            ' ', exponents.Where(part => part.Value != 0).Select(part => $"{part.Key}^{part.Value}"));
        unit = dimension.Length == 0 ? null : new Unit(dimension, factor);
        return exponents.Count > 0;
    }

    // The names, with "/", "*", "per", "square" and "cubic" between them, and each one's exponent. A rest that is no
    // part comes as it is.
    private static IEnumerable<(string Name, int Exponent)> Parts(string text)
    {
        for (int position = 0; position < text.Length;)
        {
            Match match = Part().Match(text, position);
            if (!match.Success)
            {
                yield return (text[position..], 1);
                yield break;
            }
            position += match.Length;
            IReadOnlyList<string> words = UnitNames.Split(
                match.Groups["name"].Value.TrimEnd('.').Replace(" ", ""));
            foreach (string word in words.SkipLast(1))
            {
                yield return (word, 1);
            }
            Group exponent = match.Groups["exponent"];
            yield return (words[^1], exponent.Success ? int.Parse(exponent.ValueSpan) : 1);
        }
    }

    // What is counted: "5 triangles", 5个三角形. Words of at least three letters, so that a product of variables is not
    // taken for one, and none that make another number of it. Where Chinese counts by a classifier, it is the unit.
    private static bool TryParseThing(string text, out Unit? unit)
    {
        string? thing = Words().IsMatch(text) && !NumberWord().IsMatch(text) ? text.TrimEnd('.').TrimEnd('s')
            : ClassifiedThing().Match(text) is { Success: true } match ? match.Groups["classifier"].Value + "^1"
            : null;
        unit = thing is null ? null : new Unit(thing, 1);
        return unit is not null;
    }

    // cm, in^2, {inches}, cm2
    [GeneratedRegex(
        @"\G *(?:(?<name>[*/]|℃|[€£¥￥]|°(?: ?c(?![a-z]))?|[a-z\p{IsCJKUnifiedIdeographs}]+\.?)"
        + @"|\{ *(?<name>[a-z\p{IsCJKUnifiedIdeographs}]+) *\}) *"
        + @"(?:\^ *(?:(?<exponent>-?[0-9])(?![0-9])|\{ *(?<exponent>-?[0-9]) *\})"
        + @"|(?<=[mt米])(?<exponent>[23])(?![0-9]))? *",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Part();

    [GeneratedRegex("^(?<unit>[a-z]+) (?<power>squared|cubed)$")]
    private static partial Regex PowerBehind();

    [GeneratedRegex(@"^[a-z]{3,}(?:[ -][a-z]{2,})*\.?$")]
    private static partial Regex Words();

    // 三角形 of 5个三角形, 不同的数 of 5个不同的数. What limits, adds or doubts, as 以上, 左右, 半, is no thing, and 5次方 is a
    // power.
    [GeneratedRegex(
        $@"^(?!次方)(?<classifier>[{UnitNames.Classifiers}])(?:不同的?)?"
        + @"(?:[三四五六七八九]角形|[三四五六七八九多]边形"
        + "|(?![以上下左右内外多半余几倍成约万亿千百十一二三四五六七八九零两不非错无或和与加减乘除到至之少大于是的点分])"
        + @"\p{IsCJKUnifiedIdeographs}){1,8}$")]
    private static partial Regex ClassifiedThing();

    // "2 thirds", "5 squared", "5 minus two", "3 below zero", "5 not", "5 has no solution".
    [GeneratedRegex(
        @"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|half|halves|thirds?|fourths?|fifths?"
        + "|sixths?|sevenths?|eighths?|ninths?|twelfths?|(?:ten|hundred|thousand|million|billion)(?:ths?|s)"
        + @"|trillions|dozens|lakhs?|crores?|squared|cubed|factorial|root|plus|minus|over|divided|below|above|not|wrong"
        + "|incorrect|false|has|have|had|cannot|does|unless|except|without|maybe|perhaps|possibly|unknown|undefined"
        + "|impossible|none|exclusive|upwards?|doubled|tripled|halved|twice|thrice|fold|ago"
        + @"|(?:thir|four|fif|six|seven|eigh|nine)teenths?|twentieths?)\b|^(?:and|but)\b|\bnegative$")]
    private static partial Regex NumberWord();
}
