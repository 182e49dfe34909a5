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

    // Lower-case names. Lengths are in metres, masses in kilograms, times in seconds, angles in degrees.
    private static readonly Dictionary<string, (string Dimension, int Exponent, Number Factor)> Known = Table(
        ("length", 1, "0.001", "mm millimeter millimetre"),
        ("length", 1, "0.01", "cm centimeter centimetre"),
        ("length", 1, "0.1", "dm decimeter decimetre"),
        ("length", 1, "1", "m meter metre"),
        ("length", 1, "1000", "km kilometer kilometre"),
        ("length", 1, "0.0254", "in inch inche"),
        ("length", 1, "0.3048", "ft foot feet"),
        ("length", 1, "0.9144", "yd yard"),
        ("length", 1, "1609.344", "mi mile"),
        ("length", 3, "0.001", "l liter litre"),
        ("length", 3, "0.000001", "ml milliliter millilitre"),
        ("mass", 1, "0.001", "g gram"),
        ("mass", 1, "1", "kg kilogram"),
        ("mass", 1, "1000", "ton tonne"),
        ("time", 1, "0.001", "ms millisecond"),
        ("time", 1, "1", "s sec second"),
        ("time", 1, "60", "min minute"),
        ("time", 1, "3600", "h hr hour"),
        ("time", 1, "86400", "day"),
        ("angle", 1, "1", "° deg degree"),
        ("angle", 1, "180/π", "rad radian"),
        ("", 0, "1", "unit"));

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
        if (text.TrimEnd('.') is "" or "%" or "percent" or "percentage" or "pct")
        {
            unit = text.Length == 0 ? null : Percent;
            return true;
        }
        // A lone letter stuck to a number is a variable rather than a unit: 3m is no length.
        if (!isSeparate && text.Length == 1 && char.IsAsciiLetter(text[0]))
        {
            return false;
        }
        return TryParseMeasure(text, out unit) || TryParseThing(text, out unit);
    }

    private static bool TryParseMeasure(string text, out Unit? unit)
    {
        unit = null;
        SortedDictionary<string, int> exponents = new(StringComparer.Ordinal);
        Number factor = 1;
        int position = 0;
        int sign = 1;
        int wordExponent = 1; // Of "square" and "cubic", for the unit after them.
        while (position < text.Length)
        {
            Match match = Part().Match(text, position);
            if (!match.Success)
            {
                return false;
            }
            position += match.Length;
            string name = match.Groups["name"].Value;
            switch (name)
            {
                case "/" or "per":
                    sign = -1;
                    continue;
                case "*":
                    continue;
                case "square" or "sq" or "sq.":
                    wordExponent = 2;
                    continue;
                case "cubic" or "cu" or "cu.":
                    wordExponent = 3;
                    continue;
            }
            name = name.TrimEnd('.');
            if (!Known.TryGetValue(name, out (string Dimension, int Exponent, Number Factor) known)
                && !(name.EndsWith('s') && Known.TryGetValue(name[..^1], out known)))
            {
                return false;
            }
            int exponent = match.Groups["exponent"].Success ? int.Parse(match.Groups["exponent"].ValueSpan) : 1;
            exponent *= sign * wordExponent;
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

    // What is counted: "5 triangles". Words of at least three letters, so that a product of variables is not taken for
    // one.
    private static bool TryParseThing(string text, out Unit? unit)
    {
        unit = Words().IsMatch(text) ? new Unit(text.TrimEnd('.').TrimEnd('s'), 1) : null;
        return unit is not null;
    }

    private static Dictionary<string, (string, int, Number)> Table(
        params ReadOnlySpan<(string Dimension, int Exponent, string Factor, string Names)> rows)
    {
        Dictionary<string, (string, int, Number)> table = [];
        foreach ((string dimension, int exponent, string factor, string names) in rows)
        {
            foreach (string name in names.Split(' '))
            {
                table.Add(name, (dimension, exponent, ExpressionParser.Parse(factor, out _)));
            }
        }
        return table;
    }

    [GeneratedRegex(
        @"\G *(?:(?<name>[*/]|°|[a-z]+\.?)|\{ *(?<name>[a-z]+) *\}) *"
        + @"(?:\^ *(?:(?<exponent>-?[0-9])(?![0-9])|\{ *(?<exponent>-?[0-9]) *\}))? *",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Part();

    [GeneratedRegex(@"^[a-z]{3,}(?:[ -][a-z]{2,})*\.?$")]
    private static partial Regex Words();
}
