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
            Description = "Folders of runs, finished or still running.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = new("--output")
        {
            Description = "The HTML file to write.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string?> figures = new("--figures")
        {
            Description = "Also writes every figure into this folder, as PNG, SVG and CSV.",
            HelpName = "DIR",
        };
        Command command = new("report", "Shows one or several runs as a self-contained HTML page.")
        {
            runs, output, figures,
        };
        command.SetAction(parsed => Write(
            parsed.GetRequiredValue(runs), parsed.GetRequiredValue(output), parsed.GetValue(figures)));
        return command;
    }

    private static int Write(string[] folders, string output, string? figures)
    {
        RunRecord[] runs = [.. folders.Select(RunReader.Read)];
        Report.Write(runs, output);
        if (figures is not null)
        {
            Report.WriteFigures(runs, figures);
        }
        Console.WriteLine($"{output}: {folders.Length} {(folders.Length == 1 ? "run" : "runs")}");
        return ExitCode.Done;
    }
}
