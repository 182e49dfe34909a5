using System.CommandLine;
using Retrace.Training.Configuration;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace evolve</c>: a model improves itself on the user's problems.</summary>
internal static class EvolveCommand
{
    public static Command Create()
    {
        Option<string?> model = new("--model")
        {
            Description = "Folder of the checkpoint to start from.",
            HelpName = "DIR",
        };
        Option<bool> printConfig = new("--print-config")
        {
            Description = "Prints every setting with its explanation, as the other options resolve it, and stops.",
        };
        ConfigurationOptions settings = new();
        Command command = new("evolve", "Improves a model on problems without labels.") { model, printConfig };
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            RunConfiguration configuration = settings.Resolve(parsed, parsed.GetValue(model));
            if (parsed.GetValue(printConfig))
            {
                Console.Write(configuration.ToYaml(explain: true));
                return ExitCode.Done;
            }
            throw new NotSupportedException("evolve can only print its configuration so far: use --print-config");
        });
        return command;
    }
}
