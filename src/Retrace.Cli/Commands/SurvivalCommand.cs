using System.CommandLine;
using Retrace.Anchors;
using Retrace.Cli.Progress;
using Retrace.Evaluation.Surveys;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace survival</c>: maps how answers survive retracing, over anchors and perturbations.</summary>
internal static class SurvivalCommand
{
    public static Command Create()
    {
        ModelOptions model = new();
        model.Add("--group", "rollout.group", "N", "Maternal trajectories for each problem.");
        model.Add("--samples", "retrace.samples", "K", "Continuations of each trajectory, at least 2.");
        model.Add("--max-tokens", "rollout.max_response_tokens", "N", "Longest response in tokens.");
        model.Add("--seed", "seed", "N", "Seed of the random numbers.");
        Option<string> data = new("--data")
        {
            Description = "Problems, a .jsonl or .parquet file; the gap needs labels, the rest does not.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int?> limit = new("--limit") { Description = "Uses only the first N problems.", HelpName = "N" };
        Option<string> keepRates = List(
            "--keep-rates", "Shares of a trajectory to keep.", "0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9");
        Option<string> anchors = List("--anchors", $"Anchor rules, of {string.Join(", ", AnchorRules.Names)}.", "ratio");
        Option<string> perturbations = List(
            "--perturbations", "Perturbations, with a highest level where it is not 40: gaussian:20.", "none,gaussian");
        Option<string?> output = new("--output")
        {
            Description = "Folder for survival-map.csv.",
            HelpName = "DIR",
        };
        TensorCommand command = new(
            "survival", "Maps how right and wrong answers survive retracing, over anchors and perturbations.")
        {
            data, limit, keepRates, anchors, perturbations, output,
        };
        model.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            IReadOnlyList<RetracingChoice> choices = SurveyPlan.Of(
                parsed.GetRequiredValue(anchors),
                parsed.GetRequiredValue(keepRates),
                parsed.GetRequiredValue(perturbations));
            IReadOnlyList<SurvivalPoint> points = [];
            ProgressDisplay.During("batches retraced", onBatches => points = ModelSurvey.Run(
                new SurveyOptions(model.Folder(parsed), parsed.GetRequiredValue(data), choices)
                {
                    Configuration = model.Resolve(parsed),
                    Limit = parsed.GetValue(limit),
                    OnBatches = onBatches,
                },
                cancellation));
            foreach (string line in SurvivalTable.Lines(points))
            {
                Console.WriteLine(line);
            }
            if (parsed.GetValue(output) is string directory)
            {
                SurvivalTable.Write(points, Path.Combine(directory, "survival-map.csv"));
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;

        static Option<string> List(string name, string description, string usual) =>
            new(name) { Description = description, HelpName = "LIST", DefaultValueFactory = _ => usual };
    }
}
