using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Retrace.Configuration;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Training.Origins;
using Retrace.Training.Rollouts;
using static TorchSharp.torch;

namespace Retrace.Training.Measurement;

/// <summary>
/// Everything that somebody else needs to know of an evaluation to come to the same numbers, or to tell why theirs
/// differ.
/// </summary>
public sealed record EvaluationCard
{
    private const long LargestFile = 1 << 20; // Bytes.

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    /// <summary>
    /// The whole prompt, as text, of a question with one image; <c>{question}</c> stands for the question.
    /// </summary>
    public required string Prompt { get; init; }

    /// <summary>How answers are found in responses (<c>reward.extraction</c>).</summary>
    public required string Extraction { get; init; }

    /// <summary>k: responses to each problem.</summary>
    public required int Samples { get; init; }

    /// <inheritdoc cref="ResponseSampling"/>
    public required double Temperature { get; init; }

    /// <inheritdoc cref="ResponseSampling"/>
    public required double TopP { get; init; }

    /// <summary>The longest response in tokens; one that reaches it is cut off.</summary>
    public required int MaxResponseTokens { get; init; }

    /// <summary>The tokens that end a response.</summary>
    public required IReadOnlyList<int> StopTokens { get; init; }

    /// <summary>
    /// The seed. The random numbers of a sample follow from it, the problem's place and the sample's number.
    /// </summary>
    public required long Seed { get; init; }

    /// <summary>Images are scaled down to at most this many pixels.</summary>
    public required int MaxPixels { get; init; }

    /// <summary>The number format that the model computes in.</summary>
    public required string Dtype { get; init; }

    /// <summary>Where the model computes.</summary>
    public required string Device { get; init; }

    /// <inheritdoc cref="Runs.RunOrigin.InstructionSet"/>
    public required string InstructionSet { get; init; }

    /// <summary>The version of Retrace that sampled the responses.</summary>
    public required string Library { get; init; }

    /// <summary>The version of Retrace that found and compared the answers.</summary>
    public string GradedBy { get; init; } = OriginMeasurement.Library;

    /// <summary>The version of libtorch; null where it does not report one.</summary>
    [JsonPropertyName("libtorch")]
    public required string? LibTorch { get; init; }

    /// <summary>The model's folder.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the model's files; null where it is not known.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>The problems' file or folder, or the name of their source.</summary>
    public required string Data { get; init; }

    /// <summary>The benchmark whose answers and categories count; null where it is none.</summary>
    public string? Benchmark { get; init; }

    /// <summary>SHA-256 of the problems in their order, with images and labels; null where it is not known.</summary>
    public string? ProblemsSha256 { get; init; }

    /// <summary>The number of problems.</summary>
    public required int Problems { get; init; }

    /// <summary>What the intervals beside the numbers are.</summary>
    public string Interval { get; init; } = "Wilson, 95 %, with the problems as independent trials";

    /// <summary>The card of an evaluation that is made now.</summary>
    /// <param name="model">The model.</param>
    /// <param name="modelName">Its folder.</param>
    /// <param name="dataName">The name of the problems' source.</param>
    /// <param name="problems">The number of problems.</param>
    /// <param name="configuration">How responses are sampled and read.</param>
    public static EvaluationCard Of(
        VisionLanguageModel model, string modelName, string dataName, int problems, RunConfiguration configuration)
    {
        var sampling = ResponseSampling.OfEvaluation(configuration);
        return new EvaluationCard
        {
            Prompt = model.Chat.Prompt("{question}" + configuration.Data.Instruction, imageCount: 1),
            Extraction = configuration.Reward.Extraction,
            Samples = sampling.Samples,
            Temperature = sampling.Temperature,
            TopP = sampling.TopP,
            MaxResponseTokens = sampling.MaxResponseTokens,
            StopTokens = [.. model.Network.Config.Tokens.Stops],
            Seed = sampling.Seed,
            MaxPixels = configuration.Model.MaxPixels,
            Dtype = NameOf(model.Network.Parameters.Type),
            Device = OriginMeasurement.NameOf(model.Network.Device),
            InstructionSet = Retrace.Models.Native.InstructionSet.Description,
            Library = OriginMeasurement.Library,
            LibTorch = OriginMeasurement.LibTorch(),
            Model = Path.GetFullPath(modelName),
            Data = Path.Exists(dataName) ? Path.GetFullPath(dataName) : dataName,
            Problems = problems,
        };
    }

    /// <summary>Reads a card that <see cref="Write(string)"/> has written.</summary>
    /// <exception cref="BadInputException">The file is missing or damaged.</exception>
    public static EvaluationCard Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<EvaluationCard>(InputFile.ReadAllBytes(path, LargestFile), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{path} is no evaluation card: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Writes the card as a file of its own, atomically.</summary>
    /// <exception cref="BadInputException">It cannot be written.</exception>
    public void Write(string path) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Indented));

    /// <summary>Writes the card as a value of other JSON.</summary>
    internal void Write(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, Json);

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.BFloat16 => "bf16",
        ScalarType.Float16 => "fp16",
        ScalarType.Float32 => "fp32",
        _ => type.ToString(),
    };
}
