using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace simulate</c>: what the method does to distributions of answers, without a model.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        Option<long> seed = new("--seed")
        {
            Description = "Decides everything that is sampled.",
            HelpName = "N",
            Recursive = true,
        };
        Option<string?> output = new("--output")
        {
            Description = "Folder for the numbers as CSV, an HTML page and its figures as SVG.",
            HelpName = "DIR",
            Recursive = true,
        };
        SimulateCollapse collapse = new(seed, output);
        SimulateContrast contrast = new(seed, output);
        SimulateSurvival survival = new(seed, output);
        Command command = new("simulate", "Shows what rewards do to distributions of answers; without a further command, in all three ways.")
        {
            seed, output, collapse.Create(), contrast.Create(), survival.Create(),
        };
        command.SetAction((parsed, cancellation) =>
        {
            collapse.Run(parsed, new());
            Console.WriteLine();
            contrast.Run(parsed, new() { Iterations = SimulateContrast.UsualRounds });
            Console.WriteLine();
            survival.Run(parsed, new(), SimulateSurvival.UsualGaps, SimulateSurvival.UsualSeeds, cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
