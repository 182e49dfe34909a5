using System.CommandLine;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Evaluation;
using Retrace.Perturbations;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace eval</c>: measures a model on labeled problems.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        ModelOptions model = new();
        model.Add("--samples", "evaluation.samples", "K", "Responses sampled for each problem.");
        model.Add("--temperature", "evaluation.temperature", "T", "Sampling temperature; 0 takes the likeliest token.");
        model.Add("--limit", "evaluation.limit", "N", "Uses only the first N labeled problems.");
        model.Add("--max-tokens", "rollout.max_response_tokens", "N", "Longest response in tokens.");
        model.Add("--seed", "seed", "N", "Seed of the random numbers.");
        model.Add(
            "--extraction",
            "reward.extraction",
            "NAME",
            "How answers are found: boxed, or lenient, which also takes \"the answer is …\" and choice letters.");
        Option<string> data = new("--data")
        {
            Description = "Labeled problems, a .jsonl or .parquet file; with --benchmark its file or folder.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string?> benchmark = new("--benchmark")
        {
            Description = "Uses this benchmark's prompt, answers, categories and metric; see retrace data get.",
            HelpName = "NAME",
        };
        Option<bool> shuffleImages = new("--shuffle-images")
        {
            Description = "Shows each problem with another problem's image: what is still right was not read from the image.",
        };
        Option<string?> perturb = new("--perturb")
        {
            Description = "Measures again with perturbed images, each with a highest level where that is not 40: "
                + "gaussian:20,blur.",
            HelpName = "LIST",
        };
        Option<string?> output = new("--output")
        {
            Description = "File for results with all responses; or, without an extension, a folder that keeps each "
                + "sample as it is generated; the same command resumes there if it was stopped.",
            HelpName = "PATH",
        };
        TensorCommand command = new(
            "eval", "Measures accuracy, avg@k, pass@k and maj@k on labeled problems, by category.")
        {
            data, benchmark, shuffleImages, perturb, output,
        };
        model.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            EvaluationReport? report = null;
            ProgressDisplay.During("problems evaluated", onProblems => report = ModelEvaluation.Run(
                new EvaluationOptions(model.Folder(parsed), parsed.GetRequiredValue(data), parsed.GetValue(benchmark))
                {
                    Configuration = model.Resolve(parsed),
                    ShuffleImages = parsed.GetValue(shuffleImages),
                    Perturbations = PerturbationChoice.ParseList("--perturb", parsed.GetValue(perturb) ?? ""),
                    Output = parsed.GetValue(output),
                    OnProblems = onProblems,
                },
                cancellation));
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            EvaluationTable.Write(report!, Console.Out);
            SkippedReport.Write(report!.Skipped, Console.Error);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
