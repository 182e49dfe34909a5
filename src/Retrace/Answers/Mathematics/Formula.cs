using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Expressions with variables, told apart by their values: two that agree at random points are the same one, however
/// they are written.
/// </summary>
internal static partial class Formula
{
    private const int Points = 7;

    // So that two expressions do not agree by chance; fewer where one is not defined at the others.
    private const int FewestPoints = 3;

    /// <summary>
    /// [7] the values at the points, not a number where it has none; null if the text is no expression of single-letter
    /// variables, or has a value at next to no point.
    /// </summary>
    public static double[]? Evaluate(string text)
    {
        if (Word().IsMatch(text) || !Operation().IsMatch(text))
        {
            return null;
        }
        double[] values = new double[Points];
        Dictionary<string, double[]> coordinates = [];
        for (int point = 0; point < Points; point++)
        {
            int place = point;
            Number value = ExpressionParser.Evaluate(text, name => Coordinates(name)[place]);
            values[point] = value.IsDefined ? value.Value : double.NaN;
        }
        return values.Count(double.IsFinite) >= FewestPoints ? values : null;

        double[] Coordinates(string variable)
        {
            if (!coordinates.TryGetValue(variable, out double[]? places))
            {
                places = [.. Enumerable.Range(0, Points).Select(point => Coordinate(variable, point))];
                coordinates.Add(variable, places);
            }
            return places;
        }
    }

    /// <summary>Whether the two agree wherever both are defined. Symmetric.</summary>
    public static bool Agree(double[] first, double[] second) =>
        Common(first, second) is { Count: >= FewestPoints } points
        && points.All(point => AreClose(first[point], second[point]));

    /// <summary>
    /// Whether one is a multiple of the other wherever both are defined: what two equations have in common that say the
    /// same of their variables. Symmetric.
    /// </summary>
    /// <param name="positive">Whether only positive multiples count, as for inequalities.</param>
    public static bool AreProportional(double[] first, double[] second, bool positive)
    {
        List<int> points = Common(first, second);
        int unit = points.FindIndex(point => first[point] != 0 && second[point] != 0);
        if (points.Count < FewestPoints || unit < 0)
        {
            return false;
        }
        double firstUnit = first[points[unit]];
        double secondUnit = second[points[unit]];
        return !(positive && firstUnit * secondUnit < 0)
            && points.All(point => AreClose(first[point] / firstUnit, second[point] / secondUnit));
    }

    private static List<int> Common(double[] first, double[] second) =>
    [
        .. Enumerable.Range(0, Points)
            .Where(point => double.IsFinite(first[point]) && double.IsFinite(second[point])),
    ];

    private static bool AreClose(double first, double second) =>
        Number.AreEqual(Number.Approximate(first), Number.Approximate(second));

    // Four points are positive throughout, where roots and logarithms are defined; the others are near 0, where inverse
    // functions are.
    private static double Coordinate(string variable, int point)
    {
        double uniform = RandomStream.For(point, [.. variable.Select(letter => (long)letter)]).NextDouble();
        return point % 2 == 0 ? 0.5 + 2 * uniform : 2 * uniform - 1;
    }

    // Words, abbreviations and names of points are no products of variables; those of functions are functions.
    [GeneratedRegex(
        @"(?<![\\a-zA-Z])(?!(?:" + ElementaryFunction.Names + @")(?![a-zA-Z]))"
        + "(?:[a-zA-Z]{4,}|[a-zA-Z]*[A-Z][a-zA-Z]+|[a-zA-Z]+[A-Z])")]
    private static partial Regex Word();

    [GeneratedRegex(@"[0-9+\-*/^√π(|\\_!]")]
    private static partial Regex Operation();
}
