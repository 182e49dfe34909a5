using System.CommandLine;
using System.Globalization;

namespace Retrace.Cli.Commands;

/// <summary><c>--seeds</c> of the commands that compare methods.</summary>
internal sealed class SeedsOption
{
    private const int Most = 1000;

    private readonly Option<string> _option = new("--seeds")
    {
        Description = "Number of seeds, counted up from that of the settings, or two or more seeds separated by commas.",
        HelpName = "N|LIST",
        DefaultValueFactory = _ => "5",
    };

    public void AddTo(Command command) => command.Options.Add(_option);

    /// <summary>The seeds; a single number is how many there are, several are the seeds themselves.</summary>
    /// <param name="first">The first of those that are counted.</param>
    /// <exception cref="BadInputException">They are not numbers, too many, or not different.</exception>
    public long[] In(ParseResult parsed, long first)
    {
        string text = parsed.GetRequiredValue(_option);
        long[] numbers =
        [
            .. text.Split(',').Select(part =>
                long.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number)
                    ? number
                    : throw Unusable()),
        ];
        if (numbers is [long count])
        {
            return count is >= 1 and <= Most
                ? [.. Enumerable.Range(0, (int)count).Select(i => first + i)]
                : throw Unusable();
        }
        return numbers.Distinct().Count() == numbers.Length ? numbers : throw Unusable();

        BadInputException Unusable() => new(
            $"{_option.Name} is {text}, but must be how many seeds there are to be, from 1 to {Most}, or different seeds with "
            + "commas between them, such as 0,1,2");
    }
}
