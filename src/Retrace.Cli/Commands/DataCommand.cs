using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data</c>: what can be done with a data set.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Makes data sets, looks at them and converts them.")
    {
        DataMakeCommand.Create(),
        DataGetCommand.Create(),
        DataInspectCommand.Create(),
        DataConvertCommand.Create(),
    };
}
