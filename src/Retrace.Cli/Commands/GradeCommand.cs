using System.CommandLine;
using Retrace.Evaluation.Grading;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace grade</c>: whether answers equal gold answers.</summary>
internal static class GradeCommand
{
    public static Command Create()
    {
        Option<string> input = new("--input")
        {
            Description = "JSON lines {\"gold\", \"pred\"}: answers, or responses of which the last \\boxed{} counts.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> output = new("--output")
        {
            Description = "JSON lines to write: {\"equal\": true or false}, with the line's id if it has one.",
            HelpName = "FILE",
            Required = true,
        };
        Command command = new("grade", "Compares answers with gold answers, as rewards and evaluation do.")
        {
            input, output,
        };
        command.SetAction((parsed, cancellation) =>
        {
            AnswerGrading.GradeFile(parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
