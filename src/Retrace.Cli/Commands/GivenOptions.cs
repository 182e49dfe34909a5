using System.CommandLine;
using System.CommandLine.Parsing;

namespace Retrace.Cli.Commands;

/// <summary>The options that a user has given, of a command that reads only some of them in one of its forms.</summary>
internal static class GivenOptions
{
    /// <summary>Refuses the first option that this form of the command does not read.</summary>
    /// <param name="read">The options that it reads.</param>
    /// <param name="sentence">What is wrong with an option of this name, and what would be right.</param>
    /// <exception cref="BadInputException">Another option is given.</exception>
    public static void RefuseOthers(ParseResult parsed, IReadOnlyCollection<Option> read, Func<string, string> sentence)
    {
        Option? other = parsed.CommandResult.Command.Options.FirstOrDefault(option =>
            parsed.GetResult(option) is OptionResult { Implicit: false } && !read.Contains(option));
        if (other is not null)
        {
            throw new BadInputException(sentence(other.Name));
        }
    }
}
