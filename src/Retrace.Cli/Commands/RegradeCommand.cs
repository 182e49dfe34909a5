using System.CommandLine;
using System.Text;
using Retrace.Evaluation;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace regrade</c>: grades the responses of an evaluation anew, without a model.</summary>
internal static class RegradeCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("DIR") { Description = "Folder that retrace eval --output made." };
        Option<string?> extraction = new("--extraction")
        {
            Description = "How answers are found, boxed or lenient; by default as before.",
            HelpName = "NAME",
        };
        Option<string?> data = new("--data")
        {
            Description = "Where the problems lie, if they have been moved.",
            HelpName = "FILE",
        };
        Command command = new("regrade", "Grades the responses of an evaluation anew, without generating them again.")
        {
            folder, extraction, data,
        };
        command.SetAction((parsed, _) =>
        {
            EvaluationReport report = new EvaluationFolder(parsed.GetRequiredValue(folder))
                .Regrade(parsed.GetValue(extraction), parsed.GetValue(data));
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            EvaluationTable.Write(report, Console.Out);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
