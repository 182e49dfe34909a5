using System.CommandLine;
using System.Globalization;
using System.Text;
using Retrace.Evaluation;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace regrade</c>: grades the responses of an evaluation anew, without a model.</summary>
internal static class RegradeCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("DIR")
        {
            Description = "Folder that retrace eval --output made, or of a run that was evaluated.",
        };
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
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            string directory = parsed.GetRequiredValue(folder);
            if (RunEvaluations.AreIn(directory))
            {
                if (parsed.GetValue(data) is not null)
                {
                    throw new BadInputException($"{directory} is of a run, which keeps the labels; leave --data out");
                }
                Write(RunEvaluations.Regrade(directory, parsed.GetValue(extraction)));
            }
            else
            {
                EvaluationReport report =
                    new EvaluationFolder(directory).Regrade(parsed.GetValue(extraction), parsed.GetValue(data));
                EvaluationTable.Write(report, Console.Out);
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Write(IReadOnlyList<RegradedStep> steps) => TextTable.Write(
        Console.Out,
        ["step", "problems", "accuracy", "95 % interval", "in the run"],
        steps.Select(step => (string[])[
            step.Step.ToString(CultureInfo.InvariantCulture),
            step.Summary.Problems.ToString(CultureInfo.InvariantCulture),
            Percent(step.Summary.Accuracy),
            $"{Percent(step.Summary.Interval.Lower)} to {Percent(step.Summary.Interval.Upper)}",
            step.Recorded is double recorded ? Percent(recorded) : "",
        ]));

    private static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
