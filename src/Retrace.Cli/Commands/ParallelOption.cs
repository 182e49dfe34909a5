using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary><c>--parallel</c> of the commands that carry out several runs.</summary>
internal sealed class ParallelOption
{
    private readonly Option<int?> _option = new("--parallel")
    {
        Description = "Number of runs at once, which changes no result. Default: as many as there are cores for; one on a GPU or "
            + "with servers.",
        HelpName = "N",
    };

    public void AddTo(Command command) => command.Options.Add(_option);

    /// <summary>How many runs; null: as many as there are cores for.</summary>
    public int? In(ParseResult parsed) => parsed.GetValue(_option);
}
