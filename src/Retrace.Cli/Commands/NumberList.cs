using System.Globalization;

namespace Retrace.Cli.Commands;

/// <summary>Numbers in one option, separated by commas.</summary>
internal static class NumberList
{
    public static string Write(IEnumerable<double> numbers) =>
        string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    /// <exception cref="BadInputException">One of them is not a number.</exception>
    public static double[] Parse(string option, string text) =>
    [
        .. text.Split(',').Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number)
                ? number
                : throw new BadInputException(
                    $"{option} is {text}, but must be numbers separated by commas, such as 0.5,0.25,0.25.")),
    ];
}
