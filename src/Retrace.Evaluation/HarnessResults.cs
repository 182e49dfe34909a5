using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Retrace.Data.Json;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>
/// Results in the layout of lm-evaluation-harness, so that its tables and ours can be merged:
/// <c>MODEL/results_DATE.json</c> and a file <c>MODEL/samples_TASK_DATE.jsonl</c> for each task.
/// </summary>
/// <remarks>
/// EleutherAI/lm-evaluation-harness, 0.4.13.dev0 at 4e7e0d4: lm_eval/result_schema.py, loggers/evaluation_tracker.py
/// and evaluator.py say what the fields are. A task is the problems as they are or under one perturbation; its
/// categories are tasks below it. The metric is exact_match: with filter none the share of right responses, with filter
/// maj@k whether the most frequent answer is right; pass@k besides. Standard errors are those of a mean over problems.
/// </remarks>
internal static partial class HarnessResults
{
    private const string ExactMatch = "exact_match";
    private const string NoFilter = "none";
    private const string NoAnswer = "[invalid]"; // As the harness's own filters say it.
    private const int Version = 1;

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <param name="folder">Where the model's folder is made.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(string folder, EvaluationManifest manifest, EvaluationData data, EvaluationReport report)
    {
        string model = ForbiddenInModelName().Replace(manifest.Model, "__");
        string date = manifest.Started.ToString("yyyy-MM-dd'T'HH-mm-ss.ffffff", CultureInfo.InvariantCulture);
        string place = Path.Combine(folder, model);
        Dictionary<string, Problem> problems = data.Problems.Problems.ToDictionary(problem => problem.Id);
        // An evaluation can be graded anew where its model is no more.
        ChatTemplate chat = ModelFamilies.ChatAt(manifest.Model) ?? ModelFamilies.Default.Chat;
        string name = TaskName(manifest);
        HarnessTask[] tasks =
        [
            new(name, report.Problems),
            .. report.Perturbed.Select(perturbed => new HarnessTask(
                Sanitized($"{name}_{perturbed.Perturbation}"), perturbed.Problems)),
        ];
        JsonObject hashes = [];
        foreach (HarnessTask task in tasks)
        {
            JsonObject[] samples = [.. Samples(task, manifest, problems, chat)];
            JsonLinesFile.Write(Path.Combine(place, $"samples_{task.Name}_{date}.jsonl"), samples, WriteFields);
            hashes[task.Name] = Hash(string.Concat(samples.Select(sample =>
                $"{sample["doc_hash"]}{sample["prompt_hash"]}{sample["target_hash"]}")));
        }
        JsonObject results = Results(tasks, manifest);
        results["task_hashes"] = hashes;
        results["model_source"] = "retrace";
        results["model_name"] = manifest.Model;
        results["model_name_sanitized"] = model;
        results["system_instruction"] = null;
        AtomicFile.Write(Path.Combine(place, $"results_{date}.json"), stream =>
            JsonSerializer.Serialize(stream, results, Readable));
    }

    private static JsonObject Results(IReadOnlyList<HarnessTask> tasks, EvaluationManifest manifest)
    {
        JsonObject results = [];
        JsonObject subtasks = [];
        JsonObject configs = [];
        JsonObject versions = [];
        JsonObject shots = [];
        JsonObject higherIsBetter = [];
        JsonObject counts = [];
        foreach (HarnessTask task in tasks)
        {
            Add(task.Name, task.Problems);
            subtasks[task.Name] = new JsonArray([.. task.Categories.Select(category => (JsonNode)category.Name)]);
            foreach ((string name, IReadOnlyList<GradedProblem> problems) in task.Categories)
            {
                Add(name, problems);
            }
        }
        return new JsonObject
        {
            ["results"] = results,
            ["group_subtasks"] = subtasks,
            ["configs"] = configs,
            ["versions"] = versions,
            ["n-shot"] = shots,
            ["higher_is_better"] = higherIsBetter,
            ["n-samples"] = counts,
            ["config"] = new JsonObject
            {
                ["model"] = "retrace",
                ["model_args"] = $"pretrained={manifest.Model},dtype={manifest.Dtype},max_pixels={manifest.MaxPixels}",
                ["model_dtype"] = manifest.Dtype,
                ["model_sha"] = manifest.ModelSha256,
                ["device"] = manifest.Device,
                ["limit"] = manifest.Limit,
                ["gen_kwargs"] = GenerationSettings(manifest),
                ["random_seed"] = manifest.Seed,
            },
            ["date"] = (manifest.Started - DateTime.UnixEpoch).TotalSeconds,
        };

        void Add(string name, IReadOnlyList<GradedProblem> problems)
        {
            results[name] = Metrics(name, problems, manifest.Samples);
            configs[name] = new JsonObject
            {
                ["task"] = name,
                ["dataset_path"] = manifest.Data,
                ["output_type"] = "generate_until",
                ["repeats"] = manifest.Samples,
                ["num_fewshot"] = 0,
                ["generation_kwargs"] = GenerationSettings(manifest),
                ["metric_list"] = new JsonArray(new JsonObject
                {
                    ["metric"] = ExactMatch,
                    ["aggregation"] = "mean",
                    ["higher_is_better"] = true,
                }),
                ["metadata"] = new JsonObject { ["version"] = Version, ["extraction"] = manifest.Extraction },
            };
            versions[name] = Version;
            shots[name] = 0;
            higherIsBetter[name] = new JsonObject { [ExactMatch] = true };
            if (manifest.Samples > 1)
            {
                higherIsBetter[name]![PassAt(manifest.Samples)] = true;
            }
            counts[name] = new JsonObject { ["original"] = problems.Count, ["effective"] = problems.Count };
        }
    }

    private static JsonObject Metrics(string name, IReadOnlyList<GradedProblem> problems, int samples)
    {
        JsonObject metrics = new() { ["alias"] = name };
        AddMean(ExactMatch, NoFilter, problem => problem.RightShare);
        if (samples > 1)
        {
            AddMean(ExactMatch, MajorityAt(samples), problem => problem.MajorityIsRight ? 1 : 0);
            AddMean(
                PassAt(samples), NoFilter, problem => EvaluationSummary.PassAtOf(samples, problem.RightCount, samples));
        }
        metrics["sample_len"] = problems.Count;
        return metrics;

        void AddMean(string metric, string filter, Func<GradedProblem, double> valueOf)
        {
            double[] values = [.. problems.Select(valueOf)];
            metrics[$"{metric},{filter}"] = values.Average();
            metrics[$"{metric}_stderr,{filter}"] =
                values.Length > 1 ? JsonValue.Create(StandardError(values)) : JsonValue.Create("N/A");
        }
    }

    private static double StandardError(double[] values)
    {
        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        return Math.Sqrt(variance / values.Length);
    }

    private static IEnumerable<JsonObject> Samples(
        HarnessTask task, EvaluationManifest manifest, Dictionary<string, Problem> problems, ChatTemplate chat)
    {
        foreach ((int place, GradedProblem problem) in task.Problems.Index())
        {
            yield return Sample(
                place,
                problem,
                NoFilter,
                new JsonArray([.. problem.Answers.Select(answer => (JsonNode)(answer ?? NoAnswer))]),
                problem.RightShare);
        }
        if (manifest.Samples > 1)
        {
            foreach ((int place, GradedProblem problem) in task.Problems.Index())
            {
                yield return Sample(
                    place,
                    problem,
                    MajorityAt(manifest.Samples),
                    problem.MajorityAnswer ?? NoAnswer,
                    problem.MajorityIsRight ? 1 : 0);
            }
        }

        JsonObject Sample(int place, GradedProblem problem, string filter, JsonNode filtered, double value)
        {
            Problem asked = problems[problem.Id];
            string prompt = chat.Prompt(asked.Question + manifest.Instruction, asked.Images.Count);
            JsonObject document = new()
            {
                ["id"] = problem.Id,
                ["question"] = asked.Question,
                ["answer"] = problem.Gold,
                ["category"] = problem.Category,
            };
            return new JsonObject
            {
                ["doc_id"] = place,
                ["doc"] = document,
                ["target"] = problem.Gold,
                ["arguments"] = new JsonObject
                {
                    ["gen_args_0"] = new JsonObject { ["arg_0"] = prompt, ["arg_1"] = GenerationSettings(manifest) },
                },
                ["resps"] = new JsonArray(
                    new JsonArray([.. problem.Responses.Select(response => (JsonNode)response.Text)])),
                ["filtered_resps"] = new JsonArray(
                    filtered is JsonArray { Count: 1 } single ? single[0]!.DeepClone() : filtered),
                ["filter"] = filter,
                ["metrics"] = new JsonArray(ExactMatch),
                ["doc_hash"] = Hash(document.ToJsonString(Readable)),
                ["prompt_hash"] = Hash(prompt),
                ["target_hash"] = Hash(problem.Gold),
                [ExactMatch] = value,
            };
        }
    }

    private static JsonObject GenerationSettings(EvaluationManifest manifest) => new()
    {
        ["do_sample"] = manifest.Temperature > 0,
        ["temperature"] = manifest.Temperature,
        ["top_p"] = manifest.TopP,
        ["max_gen_toks"] = manifest.MaxResponseTokens,
    };

    private static void WriteFields(Utf8JsonWriter writer, JsonObject fields)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            writer.WritePropertyName(name);
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }
    }

    private static string TaskName(EvaluationManifest manifest) => Sanitized(
        manifest.Benchmark ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(manifest.Data)));

    private static string MajorityAt(int samples) => string.Create(CultureInfo.InvariantCulture, $"maj@{samples}");

    private static string PassAt(int samples) => string.Create(CultureInfo.InvariantCulture, $"pass@{samples}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Sanitized(string name) => NoWordCharacter().Replace(name, "_");

    [GeneratedRegex(@"\W")]
    private static partial Regex NoWordCharacter();

    [GeneratedRegex("[\"<>:/|\\\\?*\\[\\]]+")]
    private static partial Regex ForbiddenInModelName();

    /// <summary>Problems under one name, and by category.</summary>
    private sealed record HarnessTask(string Name, IReadOnlyList<GradedProblem> Problems)
    {
        /// <summary>The categories as tasks, each with a name of its own, in alphabetical order.</summary>
        public IReadOnlyList<(string Name, IReadOnlyList<GradedProblem> Problems)> Categories { get; } =
        [
            .. Problems.Where(problem => problem.Category is not null)
                .GroupBy(problem => Sanitized($"{Name}_{problem.Category}"))
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, (IReadOnlyList<GradedProblem>)[.. group])),
        ];
    }
}
