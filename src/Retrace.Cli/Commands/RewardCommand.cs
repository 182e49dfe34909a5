using System.CommandLine;
using Retrace.Evaluation.Grading;
using Retrace.Rewards;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace reward</c>: rewards and advantages of responses from elsewhere.</summary>
internal static class RewardCommand
{
    public static Command Create()
    {
        Option<string> input = new("--input")
        {
            Description = "JSON lines {\"maternal\": [responses], \"retraced\": [[responses] for each of them]}.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> output = new("--output")
        {
            Description = "The JSON lines file to write: {\"answers\", \"rewards\", \"advantages\"}.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> reward = new("--reward")
        {
            Description =
                $"{string.Join(", ", RewardRules.Names)}; what each needs in the file is in docs/rules.md. Numbers are set "
                + "with --set reward.…, the advantages' scale with --set learn.advantage=….",
            HelpName = "NAME",
            Required = true,
        };
        Option<bool> explain = new("--explain")
        {
            Description = "Also writes what each reward is made of: \"formula\" and \"parts\".",
        };
        ConfigurationOptions settings = new();
        Command command = new("reward", "Gives rewards and advantages to responses that were sampled elsewhere.")
        {
            input, output, reward, explain,
        };
        settings.AddSettingsTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            ResponseRewarding rewarding = new(
                parsed.GetRequiredValue(reward), settings.Resolve(parsed, modelFolder: null))
            {
                Explains = parsed.GetValue(explain),
            };
            rewarding.RewardFile(parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
