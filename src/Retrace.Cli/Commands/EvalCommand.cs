using System.CommandLine;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Evaluation;
using Retrace.Models;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace eval</c>: measures a model on labeled problems.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        ModelOptions model = new();
        model.Add("--samples", "evaluation.samples", "K", "Responses sampled for each problem.");
        model.Add("--temperature", "evaluation.temperature", "T", "Sampling temperature; 0 takes the likeliest token.");
        model.Add("--limit", "evaluation.limit", "N", "Uses only the first labeled problems.");
        model.Add("--max-tokens", "rollout.max_response_tokens", "N", "Longest response in tokens.");
        model.Add("--seed", "seed", "N", "Names the random numbers.");
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
            Description = "Shows every problem the image of another: what is still right was not read from the image.",
        };
        Option<string?> perturb = new("--perturb")
        {
            Description = "Measures once more with perturbed images, with a highest level where it is not 40: "
                + "gaussian:20,blur.",
            HelpName = "LIST",
        };
        Option<string?> output = new("--output")
        {
            Description = "File for results with all responses; or, without an extension, a folder that keeps each "
                + "sample as it is drawn, where the same command goes on if it was stopped.",
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
            RunConfiguration configuration = model.Resolve(parsed);
            var perturbations = PerturbationChoice.ParseList("--perturb", parsed.GetValue(perturb) ?? "");
            var evaluated = EvaluationData.Read(
                parsed.GetRequiredValue(data), parsed.GetValue(benchmark), configuration.Data.AllowOutsideImages);
            using VisionLanguageModel loaded = model.Load(parsed, configuration);
            // A benchmark without its longest prompts would be another one.
            ProblemPreparation preparation = new(
                loaded,
                evaluated.Benchmark is null
                    ? configuration.Data
                    : configuration.Data with { MaxPromptTokens = int.MaxValue });
            var usable = UsableProblems.Of(evaluated.Problems, evaluated.Path, preparation, cancellation);
            IReadOnlyList<Problem> labeled =
                usable.Labeled(evaluated.Path, configuration.Evaluation.Limit).Problems;
            bool exchange = parsed.GetValue(shuffleImages);
            EvaluationPlan plan = new(
                exchange ? ImageExchange.Of(labeled, configuration.Seed) : labeled, perturbations);
            var manifest = EvaluationManifest.Of(
                model.Folder(parsed), configuration, evaluated, usable, plan, exchange);

            string? place = parsed.GetValue(output);
            EvaluationFolder? folder = place is not null && IsFolder(place) ? new EvaluationFolder(place) : null;
            using IDisposable? held = folder?.Lock();
            manifest = folder?.Claim(manifest, labeled, evaluated.Keys) ?? manifest;
            using SampleLog? log = folder?.OpenSamples(plan, manifest.Samples, evaluated);
            LocalRolloutEngine engine = new(loaded.Network, configuration.Rollout);
            var evaluator = Evaluator.Of(loaded, engine, preparation, configuration);
            IReadOnlyList<IReadOnlyList<GradedProblem>> views = [];
            ProgressDisplay.During("problems evaluated", labeled.Count * (1 + perturbations.Count), onProblems =>
                views = new PlannedEvaluation(evaluator, plan).Run(evaluated.Keys, log, cancellation, onProblems));
            var report = EvaluationReport.Of(manifest, evaluated, plan, views);
            if (folder is not null)
            {
                folder.WriteResults(manifest, evaluated, report);
            }
            else if (place is not null)
            {
                report.Write(place);
            }
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            EvaluationTable.Write(report, Console.Out);
            SkippedReport.Write(report.Skipped, Console.Error);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static bool IsFolder(string path) =>
        Directory.Exists(path) || Path.EndsInDirectorySeparator(path) || Path.GetExtension(path) == "";
}
