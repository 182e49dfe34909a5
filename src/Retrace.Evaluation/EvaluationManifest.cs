using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Retrace.Configuration;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation;

/// <summary>How the evaluation in a folder is made: <see cref="EvaluationFolder.ManifestFile"/>.</summary>
/// <param name="Model">The model's folder, a full path where a folder keeps the evaluation.</param>
/// <param name="ModelSha256">The SHA-256 of the model's files, and of an adapter's base.</param>
/// <param name="Data">The problems' file or folder, likewise.</param>
/// <param name="Benchmark">Its name; null where it is none.</param>
/// <param name="Limit">The most labeled problems that are taken; null: all.</param>
/// <param name="Problems">How many are evaluated.</param>
/// <param name="ProblemsSha256">The SHA-256 of these problems, in their order.</param>
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
    // What versions up to 0.2 did not note; an evaluation that one of them began has null there.
    private static readonly string[] NotedSince =
        ["prompt", "stop_tokens", "library", "libtorch", "instruction_set", "device_name"];

    // What may differ where an evaluation goes on: places, what was noted besides, and perturbations that are added.
    private static readonly string[] NotCompared =
        ["model", "data", "problems", "perturbations", "unlabeled", "skipped", "started"];

    /// <inheritdoc cref="EvaluationCard.Prompt"/>
    public string? Prompt { get; init; }

    /// <inheritdoc cref="EvaluationCard.StopTokens"/>
    public IReadOnlyList<int>? StopTokens { get; init; }

    /// <inheritdoc cref="EvaluationCard.Library"/>
    public string? Library { get; init; }

    /// <inheritdoc cref="EvaluationCard.LibTorch"/>
    [JsonPropertyName("libtorch")]
    public string? LibTorch { get; init; }

    /// <inheritdoc cref="EvaluationCard.InstructionSet"/>
    public string? InstructionSet { get; init; }

    /// <inheritdoc cref="EvaluationCard.Device"/>
    public string? DeviceName { get; init; }

    /// <summary>The card; null of an evaluation that Retrace 0.2 or an earlier version began.</summary>
    [JsonIgnore]
    public EvaluationCard? Card => Prompt is null
        ? null
        : new EvaluationCard
        {
            Prompt = Prompt,
            Extraction = Extraction,
            Samples = Samples,
            Temperature = Temperature,
            TopP = TopP,
            MaxResponseTokens = MaxResponseTokens,
            StopTokens = StopTokens ?? [],
            Seed = Seed,
            MaxPixels = MaxPixels,
            Dtype = Dtype,
            Device = DeviceName ?? Device,
            InstructionSet = InstructionSet!,
            Library = Library!,
            LibTorch = LibTorch,
            Model = Model,
            ModelSha256 = ModelSha256,
            Data = Data,
            Benchmark = Benchmark,
            ProblemsSha256 = ProblemsSha256,
            Problems = Problems,
        };

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

    /// <summary>This description with what only the loaded model and the machine tell.</summary>
    /// <param name="card">The card of the same evaluation.</param>
    public EvaluationManifest With(EvaluationCard card) => this with
    {
        ModelSha256 = card.ModelSha256,
        ProblemsSha256 = card.ProblemsSha256,
        Dtype = card.Dtype,
        Prompt = card.Prompt,
        StopTokens = card.StopTokens,
        Library = card.Library,
        LibTorch = card.LibTorch,
        InstructionSet = card.InstructionSet,
        DeviceName = card.Device,
    };

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
        foreach ((string key, JsonNode? value) in mine.Where(pair =>
            !NotCompared.Contains(pair.Key) && !(pair.Value is null && NotedSince.Contains(pair.Key))))
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
