using System.CommandLine;
using System.Text;
using Retrace.Answers;
using Retrace.Cli.Progress;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Training.Benchmarks;
using Retrace.Training.Configuration;
using Retrace.Training.Data;
using Retrace.Training.Evaluation;
using Retrace.Training.Evolution;
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
        Option<string?> output = new("--output")
        {
            Description = "JSON file for the results, with all responses.",
            HelpName = "FILE",
        };
        TensorCommand command = new(
            "eval", "Measures accuracy, avg@k, pass@k and maj@k on labeled problems, by category.")
        {
            data, benchmark, shuffleImages, output,
        };
        model.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            RunConfiguration configuration = model.Resolve(parsed);
            string path = parsed.GetRequiredValue(data);
            Benchmark? asked = parsed.GetValue(benchmark) is string name ? BenchmarkCatalogue.Named(name) : null;
            BenchmarkData? published = asked?.Read(path);
            ProblemSet read = published?.Problems ?? ProblemSources.Open(path, configuration.Data.AllowOutsideImages).Read();
            using VisionLanguageModel loaded = model.Load(parsed, configuration);
            // A benchmark without its longest prompts would be another one.
            ProblemPreparation preparation = new(
                loaded,
                asked is null ? configuration.Data : configuration.Data with { MaxPromptTokens = int.MaxValue });
            var usable = UsableProblems.Of(read, path, preparation, cancellation);
            IReadOnlyList<Problem> labeled = usable.Labeled(path, configuration.Evaluation.Limit).Problems;
            ResponseSampling sampling = new(
                configuration.Evaluation.Samples,
                configuration.Evaluation.Temperature,
                configuration.Rollout.TopP,
                configuration.Rollout.MaxResponseTokens,
                configuration.Seed);
            bool exchange = parsed.GetValue(shuffleImages);
            IReadOnlyList<Problem> shown = exchange ? ImageExchange.Of(labeled, configuration.Seed) : labeled;
            LocalRolloutEngine engine = new(loaded.Network, configuration.Rollout);
            Evaluator evaluator = new(loaded, engine, preparation, sampling)
            {
                Extraction = AnswerExtractions.Create(configuration.Reward.Extraction),
            };
            IReadOnlyList<GradedProblem> graded = [];
            ProgressDisplay.During("problems evaluated", shown.Count, onProblems =>
                graded = evaluator.Evaluate(
                    shown, published?.Keys ?? AnswerKey.Of(usable.Labels), cancellation, onProblems));
            EvaluationReport report = new(
                model.Folder(parsed),
                path,
                sampling,
                exchange,
                usable.Problems.Count(problem => !usable.Labels.ContainsKey(problem.Id)),
                usable.Skipped,
                graded)
            {
                Extraction = configuration.Reward.Extraction,
                Limit = configuration.Evaluation.Limit,
                Benchmark = asked is null ? null : BenchmarkResult.Of(asked, published!, graded),
            };
            if (parsed.GetValue(output) is string file)
            {
                report.Write(file);
            }
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            EvaluationTable.Write(report, Console.Out);
            SkippedReport.Write(report.Skipped, Console.Error);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
