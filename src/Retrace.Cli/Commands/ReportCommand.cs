using System.CommandLine;
using Retrace.Reporting;
using Retrace.Runs;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace report</c>: one or several runs as a page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        Argument<string[]> runs = new("run")
        {
            Description = "Folders of runs, finished or still going.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = new("--output")
        {
            Description = "The HTML file to write.",
            HelpName = "FILE",
            Required = true,
        };
        Command command = new("report", "Shows one or several runs as a self-contained HTML page.") { runs, output };
        command.SetAction(parsed => Write(parsed.GetRequiredValue(runs), parsed.GetRequiredValue(output)));
        return command;
    }

    private static int Write(string[] folders, string output)
    {
        Report.Write([.. folders.Select(RunReader.Read)], output);
        Console.WriteLine($"{output}: {folders.Length} {(folders.Length == 1 ? "run" : "runs")}");
        return ExitCode.Done;
    }
}
