using System.CommandLine;
using System.Globalization;
using Retrace.Training.Evolution;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace export</c>: a run's model as other tools load it.</summary>
internal static class ExportCommand
{
    private static readonly (string Unit, long Bytes)[] Units =
        [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run.", HelpName = "DIR", Required = true };
        Option<int?> step = new("--step")
        {
            Description = "Step of the checkpoint; the latest if not given.",
            HelpName = "N",
        };
        Option<string> output = new("--output")
        {
            Description = "Folder to write, which must not exist.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string?> type = new("--dtype")
        {
            Description = "Number format of the weights: bf16, fp16 or fp32; as they are stored if not given.",
            HelpName = "NAME",
        };
        Option<string> maxShardSize = new("--max-shard-size")
        {
            Description = "Largest file of weights, in MB or GB.",
            HelpName = "SIZE",
            DefaultValueFactory = _ => "5GB",
        };
        TensorCommand command = new(
            "export", "Writes a run's model in the Hugging Face layout, with its adapter merged.")
        {
            run, step, output, type, maxShardSize,
        };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetRequiredValue(output);
            int exported = RunExport.Write(
                parsed.GetRequiredValue(run),
                parsed.GetValue(step),
                folder,
                parsed.GetValue(type),
                SizeOf(parsed.GetRequiredValue(maxShardSize)));
            Console.WriteLine($"the model of step {exported} is in {folder}");
            return ExitCode.Done;
        });
        return command;
    }

    private static long SizeOf(string text)
    {
        foreach ((string unit, long bytes) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(
                    text[..^unit.Length],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out double count)
                && count * bytes is >= 1 and < long.MaxValue)
            {
                return (long)(count * bytes);
            }
        }
        throw new BadInputException($"--max-shard-size is {text}, but must be a size such as 5GB or 500MB");
    }
}
