using System.CommandLine;
using Retrace.Evaluation.GuardCalibrations;
using Retrace.Runs;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace guard</c>: how early the guard sees runs fall, and how often it alarms for nothing.</summary>
internal static class GuardCommand
{
    private const double Points = 100; // In a whole.

    public static Command Create()
    {
        Argument<string[]> runs = new("run")
        {
            Description = "Folders of runs with evaluations; docs/guard.md says what is measured.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<double> fall = new("--fall")
        {
            Description = "The least fall of accuracy that the guard should see, in points.",
            HelpName = "POINTS",
            DefaultValueFactory = _ => 5,
        };
        Option<string?> output = new("--output")
        {
            Description = "A JSON file to write what is found into as well.",
            HelpName = "FILE",
        };
        ConfigurationOptions settings = new();
        Command command = new(
            "guard", "Judges finished runs anew: how early the guard sees accuracy fall, and how often it alarms for nothing.")
        {
            runs, fall, output,
        };
        settings.AddSettingsTo(command);
        command.SetAction(parsed =>
        {
            GuardCalibrationTable.Show(
                GuardCalibration.Of(
                    // Seeds of several methods have the same folder names.
                    [.. parsed.GetRequiredValue(runs).Select(folder => RunReader.Read(folder) with { Name = folder })],
                    settings.Resolve(parsed, modelFolder: null).Guard,
                    parsed.GetValue(fall) / Points),
                parsed.GetValue(output));
            return ExitCode.Done;
        });
        return command;
    }
}
