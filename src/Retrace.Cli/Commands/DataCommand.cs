using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data</c>: what can be done with a data set.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Looks at data sets and converts them.")
    {
        DataInspectCommand.Create(),
        DataConvertCommand.Create(),
    };
}
