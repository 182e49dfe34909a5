using System.Globalization;
using System.Text.Json;
using Retrace.Problems;
using Retrace.Statistics;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation;

/// <summary>The content of an <see cref="EvaluationReport"/>'s file, without problems and responses.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Data">The problems' file.</param>
/// <param name="Limit">The most labeled problems that are taken; null: all.</param>
/// <param name="Sampling">How responses were sampled.</param>
/// <param name="Extraction">How answers were found in them.</param>
/// <param name="Summary">The summary over all problems.</param>
/// <param name="Categories">The summaries by category.</param>
/// <param name="ModelSha256">The SHA-256 of the model's files; null where the evaluation did not note it.</param>
/// <param name="ProblemsSha256">The SHA-256 of the problems; null where the evaluation did not note it.</param>
/// <param name="Skipped">Records that the evaluation could not use.</param>
public sealed record StoredEvaluation(
    string Model,
    string Data,
    int? Limit,
    ResponseSampling Sampling,
    string Extraction,
    EvaluationSummary Summary,
    IReadOnlyDictionary<string, EvaluationSummary> Categories,
    string? ModelSha256,
    string? ProblemsSha256,
    IReadOnlyList<SkippedProblem> Skipped)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="BadInputException">The file cannot be read, or holds no evaluation.</exception>
    public static StoredEvaluation Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            Layout read = JsonSerializer.Deserialize<Layout>(stream, Json) ?? throw new JsonException("it is null");
            return new StoredEvaluation(
                read.Model,
                read.Data,
                read.Limit,
                new ResponseSampling(
                    read.Summary.Samples, read.Temperature, read.TopP, read.MaxResponseTokens, read.Seed),
                read.Extraction,
                read.Summary.ToSummary(),
                read.Categories.ToDictionary(category => category.Key, category => category.Value.ToSummary()),
                read.Card?.ModelSha256,
                read.Card?.ProblemsSha256,
                read.Skipped);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} is no file of retrace eval: {error.Message}", error);
        }
    }

    private sealed record Layout(
        string Model,
        string Data,
        int? Limit,
        long Seed,
        double Temperature,
        double TopP,
        int MaxResponseTokens,
        string Extraction,
        SummaryLayout Summary,
        Dictionary<string, SummaryLayout> Categories,
        SkippedProblem[] Skipped,
        CardLayout? Card = null);

    private sealed record CardLayout(string? ModelSha256 = null, string? ProblemsSha256 = null);

    private sealed record SummaryLayout(
        int Problems,
        int Samples,
        double Accuracy,
        double[] Interval,
        Dictionary<string, double> PassAt,
        double MajorityAccuracy,
        double AnswerRate,
        double FormatRate,
        LengthsLayout? ResponseTokens = null,
        double CutRate = 0)
    {
        public EvaluationSummary ToSummary() => new(
            Problems,
            Samples,
            Accuracy,
            new WilsonInterval(Interval[0], Interval[1]),
            [.. PassAt.Select(pass => (int.Parse(pass.Key, CultureInfo.InvariantCulture), pass.Value))],
            MajorityAccuracy,
            AnswerRate,
            FormatRate,
            ResponseTokens is null
                ? null
                : new ResponseLengths(ResponseTokens.Mean, ResponseTokens.Median, ResponseTokens.Longest, CutRate));
    }

    private sealed record LengthsLayout(double Mean, double Median, int Longest);
}
