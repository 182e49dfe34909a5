using System.CommandLine;
using System.Globalization;
using Retrace.Pretraining;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace pretrain</c>: makes the model that ships, from nothing.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        Option<string> preset = new("--preset")
        {
            Description = $"Which recipe: {string.Join(", ", PretrainingRecipe.Presets)}; or sizes alone, with random weights: "
                + $"{string.Join(", ", RandomCheckpoint.Presets)}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => PretrainingRecipe.Tiny.Name,
        };
        Option<string> output = new("--output")
        {
            Description = "Folder for the model.",
            HelpName = "DIR",
            Required = true,
        };
        Option<long> seed = new("--seed") { Description = "Decides weights and problems.", HelpName = "N" };
        Option<bool> resume = new("--resume") { Description = "Resumes a pretraining that was stopped." };
        Option<int?> steps = new("--steps") { Description = "Fewer steps than the recipe's.", HelpName = "N" };
        TensorCommand command = new(
            "pretrain", "Makes a small model from nothing, by supervised learning on generated geometry.")
        {
            preset, output, seed, steps, resume,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string directory = parsed.GetRequiredValue(output);
            string name = parsed.GetRequiredValue(preset);
            if (RandomCheckpoint.Presets.Contains(name))
            {
                if (parsed.GetValue(resume) || parsed.GetValue(steps) is not null)
                {
                    throw new BadInputException($"--preset {name} trains nothing: it takes neither --steps nor --resume.");
                }
                RandomCheckpoint.Write(name, directory, parsed.GetValue(seed));
                Console.WriteLine($"the model is in {directory}; its weights are random");
                return Task.FromResult(ExitCode.Done);
            }
            PretrainingRecipe recipe = PretrainingRecipe.Of(name);
            if (parsed.GetValue(steps) is int fewer)
            {
                recipe = recipe with { Steps = fewer };
            }
            new Pretrainer(recipe, parsed.GetValue(seed)).Run(directory, parsed.GetValue(resume), Report, cancellation);
            Console.WriteLine($"the model is in {directory}");
            return Task.FromResult(ExitCode.Done);

            void Report(PretrainingPoint point) => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"step {point.Step}/{recipe.Steps}  loss {point.Loss:0.0000}"
                + $"  evaluation loss {point.EvaluationLoss:0.0000}  exact {point.EvaluationLikelihood:0.000}"
                + $"  {point.Lessons / point.Seconds:0} lessons/s"
                + $"  {point.Seconds:0} s"));
        });
        return command;
    }
}
