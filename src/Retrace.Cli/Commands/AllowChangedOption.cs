using System.CommandLine;
using Retrace.Runs;

namespace Retrace.Cli.Commands;

/// <summary><c>--allow-changed</c> of the commands that resume runs.</summary>
internal sealed class AllowChangedOption
{
    private const string Name = "--allow-changed";

    private readonly Option<string[]> _option = new(Name)
    {
        Description = "Resumes a run although these differ from what it began with, which its log records: "
            + $"{string.Join(", ", RunAspects.Names)} or versions; may be repeated.",
        HelpName = "LIST",
    };

    public void AddTo(Command command) => command.Options.Add(_option);

    /// <summary>The aspects that are named.</summary>
    /// <exception cref="BadInputException">There is no such aspect.</exception>
    public IReadOnlySet<RunAspect> In(ParseResult parsed) => RunAspects.Parse(Name, parsed.GetValue(_option) ?? []);
}
