using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Retrace.Configuration;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation;

/// <summary>How the evaluation in a folder is made: <see cref="EvaluationFolder.ManifestFile"/>.</summary>
/// <param name="Model">The model's folder, a full path where a folder keeps the evaluation.</param>
/// <param name="ModelSha256">The SHA-256 of the model's files; null where no folder keeps the evaluation.</param>
/// <param name="Data">The problems' file or folder, likewise.</param>
/// <param name="Benchmark">Its name; null where it is none.</param>
/// <param name="Limit">The most labeled problems that are taken; null: all.</param>
/// <param name="Problems">How many are evaluated.</param>
/// <param name="ProblemsSha256">The SHA-256 of these problems, in their order; null likewise.</param>
/// <param name="ShuffledImages">Whether problems are shown other problems' images.</param>
/// <param name="Perturbations">The perturbations under which they are evaluated as well.</param>
/// <param name="Samples">Responses for each problem.</param>
/// <param name="Temperature">As in <see cref="ResponseSampling"/>.</param>
/// <param name="TopP">As in <see cref="ResponseSampling"/>.</param>
/// <param name="MaxResponseTokens">As in <see cref="ResponseSampling"/>.</param>
/// <param name="Seed">As in <see cref="ResponseSampling"/>.</param>
/// <param name="Extraction">How answers are found in responses; the only thing that grading anew may change.</param>
/// <param name="Instruction">Appended to every question.</param>
/// <param name="MaxPixels">Largest image in pixels.</param>
/// <param name="Dtype">Number format of the weights.</param>
/// <param name="Device">Where the model computes.</param>
/// <param name="Unlabeled">Problems left out because they have no answer.</param>
/// <param name="Skipped">Records left out because they cannot be used.</param>
/// <param name="Started">When the first sample was asked for.</param>
public sealed record EvaluationManifest(
    string Model,
    string? ModelSha256,
    string Data,
    string? Benchmark,
    int? Limit,
    int Problems,
    string? ProblemsSha256,
    bool ShuffledImages,
    IReadOnlyList<string> Perturbations,
    int Samples,
    double Temperature,
    double TopP,
    int MaxResponseTokens,
    long Seed,
    string Extraction,
    string Instruction,
    int MaxPixels,
    string Dtype,
    string Device,
    int Unlabeled,
    IReadOnlyList<SkippedProblem> Skipped,
    DateTime Started)
{
    // What may differ where an evaluation goes on: places, what was noted besides, and perturbations that are added.
    private static readonly string[] NotCompared =
        ["model", "data", "problems", "perturbations", "unlabeled", "skipped", "started"];

    /// <summary>Describes an evaluation that begins now.</summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="configuration">How the model is loaded, and how responses are sampled and read.</param>
    /// <param name="data">What it is evaluated on.</param>
    /// <param name="usable">The part of the data that the model can use.</param>
    /// <param name="plan">Which problems are sampled, and under which perturbations.</param>
    /// <param name="shuffledImages">Whether the plan's problems show other problems' images.</param>
    /// <param name="dtype">Number format of the weights, as the model was loaded.</param>
    public static EvaluationManifest Of(
        string model,
        RunConfiguration configuration,
        EvaluationData data,
        UsableProblems usable,
        EvaluationPlan plan,
        bool shuffledImages,
        string dtype)
    {
        var sampling = ResponseSampling.OfEvaluation(configuration);
        return new EvaluationManifest(
            model,
            ModelSha256: null,
            data.Path,
            data.Benchmark?.Published.Name,
            configuration.Evaluation.Limit,
            plan.Problems.Count,
            ProblemsSha256: null,
            shuffledImages,
            [.. plan.Perturbations.Select(choice => choice.ToString())],
            sampling.Samples,
            sampling.Temperature,
            sampling.TopP,
            sampling.MaxResponseTokens,
            sampling.Seed,
            configuration.Reward.Extraction,
            configuration.Data.Instruction,
            configuration.Model.MaxPixels,
            dtype,
            configuration.Model.Device,
            usable.Problems.Count(problem => !usable.Labels.ContainsKey(problem.Id)),
            usable.Skipped,
            DateTime.UtcNow);
    }

    /// <summary>The settings that responses are sampled with.</summary>
    [JsonIgnore]
    public ResponseSampling Sampling => new(Samples, Temperature, TopP, MaxResponseTokens, Seed);

    /// <summary>The perturbations themselves.</summary>
    public IReadOnlyList<PerturbationChoice> Choices() =>
        [.. Perturbations.Select(text => PerturbationChoice.Parse(EvaluationFolder.ManifestFile, text))];

    /// <summary>Checks that an evaluation to be resumed in a folder is this one; perturbations may be added.</summary>
    /// <param name="given">The evaluation that is asked for now.</param>
    /// <param name="directory">The folder, for messages.</param>
    /// <exception cref="BadInputException">The folder holds another evaluation.</exception>
    internal void CheckGoesOnWith(EvaluationManifest given, string directory)
    {
        if (Difference(given, directory) is string difference)
        {
            throw new BadInputException($"{difference}; give that, or another --output");
        }
    }

    private string? Difference(EvaluationManifest given, string directory)
    {
        string began = $"the evaluation in {directory} began with";
        JsonObject mine = JsonSerializer.SerializeToNode(this, EvaluationFolder.Json)!.AsObject();
        JsonObject others = JsonSerializer.SerializeToNode(given, EvaluationFolder.Json)!.AsObject();
        foreach ((string key, JsonNode? value) in mine.Where(pair => !NotCompared.Contains(pair.Key)))
        {
            if (!JsonNode.DeepEquals(value, others[key]))
            {
                return key switch
                {
                    "model_sha256" => $"{given.Model} holds another model than {began}",
                    "problems_sha256" => $"{given.Data} holds other problems than {began}",
                    _ => $"{key} is {Show(others[key])}, but {began} {Show(value)}",
                };
            }
        }
        return Perturbations.SequenceEqual(given.Perturbations.Take(Perturbations.Count))
            ? null
            : $"perturbations are {List(given.Perturbations)}, but {began} {List(Perturbations)}";

        static string Show(JsonNode? value) => value?.ToJsonString(EvaluationFolder.Json) ?? "null";

        static string List(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(',', names);
    }
}
