using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Data.Benchmarks;
using Retrace.Data.Json;
using Retrace.Files;
using Retrace.Problems;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation;

/// <summary>An evaluation and how it was made; the file is described in docs/data-formats.md.</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Data">The problems' file.</param>
/// <param name="Sampling">How responses were sampled.</param>
/// <param name="ImagesExchanged">Whether problems were shown other problems' images.</param>
/// <param name="Unlabeled">Problems left out because they have no answer.</param>
/// <param name="Skipped">Records left out because they cannot be used.</param>
/// <param name="Problems">In the file's order; at least one.</param>
public sealed record EvaluationReport(
    string Model,
    string Data,
    ResponseSampling Sampling,
    bool ImagesExchanged,
    int Unlabeled,
    IReadOnlyList<SkippedProblem> Skipped,
    IReadOnlyList<GradedProblem> Problems)
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
    };

    /// <summary>
    /// How the numbers came about; null of an evaluation that Retrace 0.2 or an earlier version began.
    /// </summary>
    public EvaluationCard? Card { get; init; }

    /// <summary>How answers were found in responses (<c>reward.extraction</c>).</summary>
    public string Extraction { get; init; } = "boxed";

    /// <summary>The most labeled problems that were taken, in the file's order; null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// The results as the benchmark's authors report them; null where the problems belong to no benchmark.
    /// </summary>
    public BenchmarkResult? Benchmark { get; init; }

    /// <summary>The same problems under perturbations, in the order in which these were asked for.</summary>
    public IReadOnlyList<PerturbedEvaluation> Perturbed { get; init; } = [];

    /// <summary>Accuracy and other measures over all problems.</summary>
    public EvaluationSummary Summary { get; } = EvaluationSummary.Of(Problems);

    /// <summary>The summaries by category, in alphabetical order; problems without a category are in none.</summary>
    public IReadOnlyList<(string Name, EvaluationSummary Summary)> Categories { get; } =
    [
        .. Problems.Where(problem => problem.Category is not null)
            .GroupBy(problem => problem.Category!)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, EvaluationSummary.Of([.. group]))),
    ];

    /// <summary>Builds the report of an evaluation with this description.</summary>
    /// <param name="manifest">How the evaluation was made.</param>
    /// <param name="data">The data that it was made on.</param>
    /// <param name="plan">Which problems were sampled, and under which perturbations.</param>
    /// <param name="views">[views][problems] the graded problems, in the plan's order.</param>
    public static EvaluationReport Of(
        EvaluationManifest manifest,
        EvaluationData data,
        EvaluationPlan plan,
        IReadOnlyList<IReadOnlyList<GradedProblem>> views) => new(
            manifest.Model,
            manifest.Data,
            manifest.Sampling,
            manifest.ShuffledImages,
            manifest.Unlabeled,
            manifest.Skipped,
            views[0])
        {
            Card = manifest.Card,
            Extraction = manifest.Extraction,
            Limit = manifest.Limit,
            Benchmark = data.Benchmark is null ? null : BenchmarkResult.Of(data.Benchmark, data.Items, views[0]),
            Perturbed =
            [
                .. plan.Perturbations.Zip(views.Skip(1), (perturbation, graded) =>
                    PerturbedEvaluation.Of(perturbation, graded, clean: views[0])),
            ],
        };

    /// <summary>Writes the report as JSON, atomically.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using Utf8JsonWriter writer = new(stream, Readable);
        writer.WriteStartObject();
        writer.WriteString("model", Model);
        writer.WriteString("data", Data);
        writer.WriteNumber("seed", Sampling.Seed);
        writer.WriteNumber("temperature", Sampling.Temperature);
        writer.WriteNumber("top_p", Sampling.TopP);
        writer.WriteNumber("max_response_tokens", Sampling.MaxResponseTokens);
        writer.WriteString("extraction", Extraction);
        if (Limit is int limit)
        {
            writer.WriteNumber("limit", limit);
        }
        else
        {
            writer.WriteNull("limit");
        }
        writer.WriteBoolean("shuffled_images", ImagesExchanged);
        writer.WriteNumber("unlabeled", Unlabeled);
        WriteAll(writer, "skipped", Skipped, problem =>
        {
            writer.WriteString("id", problem.Id);
            writer.WriteString("reason", problem.Reason);
        });
        if (Card is not null)
        {
            writer.WritePropertyName("card");
            Card.Write(writer);
        }
        writer.WriteStartObject("summary");
        WriteSummary(writer, Summary);
        writer.WriteEndObject();
        writer.WriteStartObject("categories");
        foreach ((string name, EvaluationSummary summary) in Categories)
        {
            writer.WriteStartObject(name);
            WriteSummary(writer, summary);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        if (Benchmark is not null)
        {
            writer.WriteStartObject("benchmark");
            WriteBenchmark(writer, Benchmark);
            writer.WriteEndObject();
        }
        WriteAll(writer, "perturbations", Perturbed, perturbed =>
        {
            writer.WriteString("perturbation", perturbed.Perturbation.ToString());
            writer.WriteStartObject("summary");
            WriteSummary(writer, perturbed.Summary);
            writer.WriteEndObject();
            writer.WriteStartObject("difference");
            perturbed.Difference.WriteFields(writer);
            writer.WriteEndObject();
            WriteAll(writer, "problems", perturbed.Problems, problem => WriteProblem(writer, problem));
        });
        WriteAll(writer, "problems", Problems, problem => WriteProblem(writer, problem));
        writer.WriteEndObject();
    });

    private static void WriteSummary(Utf8JsonWriter writer, EvaluationSummary summary)
    {
        writer.WriteNumber("problems", summary.Problems);
        writer.WriteNumber("samples", summary.Samples);
        writer.WriteNumber("accuracy", summary.Accuracy);
        writer.WriteStartArray("interval");
        writer.WriteNumberValue(summary.Interval.Lower);
        writer.WriteNumberValue(summary.Interval.Upper);
        writer.WriteEndArray();
        writer.WriteStartObject("pass_at");
        foreach ((int j, double share) in summary.PassAt)
        {
            writer.WriteNumber(j.ToString(CultureInfo.InvariantCulture), share);
        }
        writer.WriteEndObject();
        writer.WriteNumber("majority_accuracy", summary.MajorityAccuracy);
        writer.WriteNumber("answer_rate", summary.AnswerRate);
        writer.WriteNumber("format_rate", summary.FormatRate);
        if (summary.Lengths is ResponseLengths lengths)
        {
            writer.WriteStartObject("response_tokens");
            writer.WriteNumber("mean", lengths.Mean);
            writer.WriteNumber("median", lengths.Median);
            writer.WriteNumber("longest", lengths.Longest);
            writer.WriteEndObject();
            writer.WriteNumber("cut_rate", lengths.CutShare);
        }
    }

    private static void WriteBenchmark(Utf8JsonWriter writer, BenchmarkResult benchmark)
    {
        writer.WriteString("name", benchmark.Name);
        writer.WriteStartObject("metric");
        foreach ((string name, double? value) in benchmark.Metric)
        {
            if (value is double number)
            {
                writer.WriteNumber(name, number);
            }
            else
            {
                writer.WriteNull(name);
            }
        }
        writer.WriteEndObject();
        writer.WriteStartObject("categories");
        foreach ((string field, IReadOnlyList<(string, EvaluationSummary)> values) in benchmark.Categories)
        {
            writer.WriteStartObject(field);
            foreach ((string value, EvaluationSummary summary) in values)
            {
                writer.WriteStartObject(value);
                WriteSummary(writer, summary);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteProblem(Utf8JsonWriter writer, GradedProblem problem)
    {
        writer.WriteString("id", problem.Id);
        writer.WriteString("category", problem.Category);
        writer.WriteString("gold", problem.Gold);
        writer.WriteStartArray("responses");
        foreach (SampledResponse response in problem.Responses)
        {
            writer.WriteStringValue(response.Text);
        }
        writer.WriteEndArray();
        writer.WriteStartArray("answers");
        foreach (string? answer in problem.Answers)
        {
            writer.WriteStringValue(answer);
        }
        writer.WriteEndArray();
        writer.WriteStartArray("right");
        foreach (bool isRight in problem.Right)
        {
            writer.WriteBooleanValue(isRight);
        }
        writer.WriteEndArray();
        writer.WriteNumbers("tokens", problem.Responses.Select(response => response.Tokens));
        writer.WriteBoolean("majority_right", problem.MajorityIsRight);
    }

    private static void WriteAll<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> writeFields)
    {
        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            writeFields(item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
