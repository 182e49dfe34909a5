using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Answers;
using Retrace.Files;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>
/// An evaluation in a folder of its own, which keeps every sample as it is generated: it can be resumed where it
/// stopped, and its responses can be graded anew.
/// </summary>
/// <param name="Path">The folder's path; it is made when something is written.</param>
public sealed record EvaluationFolder(string Path)
{
    /// <summary>The name of the file that holds the <see cref="EvaluationManifest"/>.</summary>
    public const string ManifestFile = "evaluation.json";

    /// <summary>The name of the file that holds the samples, one per line.</summary>
    public const string SamplesFile = "samples.jsonl";

    /// <summary>The name of the file with the results, as <see cref="EvaluationReport.Write"/> writes it.</summary>
    public const string ResultsFile = "results.json";

    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    /// <summary>
    /// Writes the description of the evaluation into a new folder; or resumes that of the folder, which must be the
    /// same.
    /// </summary>
    /// <param name="described">The description of the evaluation to make.</param>
    /// <param name="problems">Those that are evaluated, with their own images.</param>
    /// <param name="keys">What is right, by problem id.</param>
    /// <returns>The description with which the evaluation began.</returns>
    /// <exception cref="BadInputException">The folder's is another one, or cannot be read or written.</exception>
    public EvaluationManifest Claim(
        EvaluationManifest described, IReadOnlyList<Problem> problems, IReadOnlyDictionary<string, AnswerKey> keys)
    {
        EvaluationManifest given = described with
        {
            Model = System.IO.Path.GetFullPath(described.Model),
            Data = System.IO.Path.GetFullPath(described.Data),
            ModelSha256 = described.ModelSha256 ?? EvaluationDigest.OfModel(described.Model),
            ProblemsSha256 = described.ProblemsSha256 ?? EvaluationDigest.OfProblems(problems, keys),
        };
        if (!File.Exists(Combine(ManifestFile)))
        {
            if (File.Exists(Combine(SamplesFile)))
            {
                throw new BadInputException(
                    $"{Path} holds {SamplesFile} but no {ManifestFile} that says how it was made; give another --output");
            }
            WriteManifest(given);
            return given;
        }
        EvaluationManifest began = ReadManifest();
        began.CheckGoesOnWith(given, Path);
        if (given.Perturbations.Count <= began.Perturbations.Count)
        {
            return began;
        }
        EvaluationManifest more = began with { Perturbations = given.Perturbations };
        WriteManifest(more);
        return more;
    }

    /// <summary>Opens the samples to append to them; no other process can until this one is done.</summary>
    /// <inheritdoc cref="SampleLog.Open"/>
    public SampleLog OpenSamples(EvaluationPlan plan, int samples, EvaluationData data) =>
        SampleLog.Open(Combine(SamplesFile), plan, samples, data.Items);

    /// <summary>Keeps other processes out of the folder, which is made where it is missing.</summary>
    /// <exception cref="BadInputException">Another is at work there, or the folder cannot be made.</exception>
    public IDisposable Lock()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{Path}: cannot be made: {error.Message}", error);
        }
        return RunLock.Take(Path);
    }

    /// <summary>Writes the results, also in the layout of lm-evaluation-harness.</summary>
    /// <exception cref="BadInputException">It cannot be written.</exception>
    public void WriteResults(EvaluationManifest manifest, EvaluationData data, EvaluationReport report)
    {
        report.Write(Combine(ResultsFile));
        HarnessResults.Write(Combine("lm-eval"), manifest, data, report);
    }

    /// <summary>Grades the responses that the folder holds anew, and writes samples and results again.</summary>
    /// <param name="extraction">How answers are found now; null: as before.</param>
    /// <param name="dataPath">The path of the problems now; null: unchanged.</param>
    /// <exception cref="BadInputException">
    /// The folder holds no finished evaluation, or the problems are not the ones that were evaluated.
    /// </exception>
    public EvaluationReport Regrade(string? extraction, string? dataPath)
    {
        EvaluationManifest began = ReadManifest();
        EvaluationManifest manifest = began with
        {
            Extraction = extraction ?? began.Extraction,
            Data = dataPath is null ? began.Data : System.IO.Path.GetFullPath(dataPath),
        };
        IAnswerExtraction rule = AnswerExtractions.Create(manifest.Extraction);
        using IDisposable held = Lock();
        // Images are only compared with those that were evaluated, wherever they lie.
        EvaluationData data = EvaluationData.Read(manifest.Data, manifest.Benchmark, allowOutsideImages: true);
        EvaluationPlan plan = new(EvaluatedProblems(manifest, data), manifest.Choices());
        IReadOnlyList<SampledResponse[][]> sampled =
            SampleLog.Read(Combine(SamplesFile), plan, manifest.Samples);
        if (sampled.Count < plan.Batches.Count)
        {
            int done = plan.Batches.Take(sampled.Count).Sum(batch => batch.Problems.Count);
            int all = plan.Batches.Sum(batch => batch.Problems.Count);
            throw new BadInputException(
                $"The evaluation in {Path} has done {done} of {all} problems; let retrace eval finish it first");
        }
        string opening = ResponseFormat.OpeningOf(manifest.Prompt ?? "");
        GradedProblem[] graded =
        [
            .. plan.Batches.Zip(sampled).SelectMany(pair => pair.First.Problems.Zip(pair.Second, (problem, responses) =>
                GradedProblem.Of(problem, data.Keys[problem.Id], responses, rule) with { Opening = opening })),
        ];
        GradedProblem[][] views = [.. graded.Chunk(plan.Problems.Count)];
        EvaluationReport report = EvaluationReport.Of(manifest, data, plan, views);
        SampleLog.Write(Combine(SamplesFile), plan, views, data.Items);
        WriteManifest(manifest);
        WriteResults(manifest, data, report);
        return report;
    }

    // The same as were evaluated, found without the model that had to read them.
    private IReadOnlyList<Problem> EvaluatedProblems(EvaluationManifest manifest, EvaluationData data)
    {
        IReadOnlyList<Problem> problems = data.Evaluated(manifest.Skipped, manifest.Limit);
        return EvaluationDigest.OfProblems(problems, data.Keys) == manifest.ProblemsSha256
            ? problems
            : throw new BadInputException($"{manifest.Data} holds other problems than the evaluation in {Path} is of");
    }

    private EvaluationManifest ReadManifest()
    {
        string path = Combine(ManifestFile);
        if (!File.Exists(path))
        {
            throw new BadInputException(
                $"{Path} holds no {ManifestFile}; retrace eval makes such a folder where --output names one");
        }
        try
        {
            return JsonSerializer.Deserialize<EvaluationManifest>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private void WriteManifest(EvaluationManifest manifest) =>
        AtomicFile.Write(Combine(ManifestFile), stream => JsonSerializer.Serialize(stream, manifest, Indented));

    private string Combine(string name) => System.IO.Path.Combine(Path, name);
}
