using System.CommandLine;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Evaluation;
using Retrace.Models;
using Retrace.Training.Prompts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace score</c>: log-probabilities of given tokens.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        ModelOptions model = new();
        Option<string> input = new("--input")
        {
            Description = "JSON lines: prompts, with or without responses.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> output = new("--output")
        {
            Description = "The JSON lines file to write.",
            HelpName = "FILE",
            Required = true,
        };
        TensorCommand command = new("score", "Gives the log-probability of every token of prompts and responses.")
        {
            input, output,
        };
        model.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            RunConfiguration configuration = model.Resolve(parsed);
            IReadOnlyList<PromptLine> lines = PromptFile.Read(
                parsed.GetRequiredValue(input), configuration.Data.AllowOutsideImages, configuration.Data.ImageDir);
            using VisionLanguageModel loaded = model.Load(parsed, configuration);
            PromptEncoder encoder = new(loaded, instruction: "");
            Scorer scorer = new(loaded.Network, configuration.Learning.TokensAtOnce);
            ProgressDisplay.During("lines scored", lines.Count, onLines =>
                scorer.ScoreFile(lines, encoder, parsed.GetRequiredValue(output), cancellation, onLines));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
