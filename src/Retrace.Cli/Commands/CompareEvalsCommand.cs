using System.CommandLine;
using System.Text;
using Retrace.Evaluation;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace compare-evals</c>: compares two evaluations problem by problem.</summary>
internal static class CompareEvalsCommand
{
    public static Command Create()
    {
        Argument<string> before = new("BEFORE") { Description = "What retrace eval --output wrote: a file or a folder." };
        Argument<string> after = new("AFTER") { Description = "The same for another model, on the same problems." };
        Option<string?> output = new("--output") { Description = "JSON file for the comparison.", HelpName = "FILE" };
        Command command = new(
            "compare-evals", "Compares two evaluations of the same problems: difference, interval, p-value, by category.")
        {
            before, after, output,
        };
        command.SetAction((parsed, _) =>
        {
            var comparison = EvaluationComparison.Of(
                StoredAnswers.Read(parsed.GetRequiredValue(before)), StoredAnswers.Read(parsed.GetRequiredValue(after)));
            if (parsed.GetValue(output) is string file)
            {
                comparison.Write(file);
            }
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            DifferenceTable.Write(
                "",
                [
                    ("all", comparison.Whole),
                    .. comparison.Categories.Select(category => (category.Name, category.Difference)),
                ],
                Console.Out);
            Console.WriteLine(
                comparison.Before.Samples == 1 && comparison.After.Samples == 1
                    ? "p: McNemar's exact test"
                    : "p: bootstrap over problems");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
