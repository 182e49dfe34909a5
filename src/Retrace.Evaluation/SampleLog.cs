using System.Text.Json;
using System.Text.Json.Serialization;
using Retrace.Data.Benchmarks;
using Retrace.Data.Json;
using Retrace.Files;
using Retrace.Perturbations;
using Retrace.Runs;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>
/// The samples of an evaluation, one JSON line each, in the plan's order. Those of a batch of problems are written
/// together, and what a killed process left of a batch is cut off when the evaluation goes on.
/// </summary>
public sealed class SampleLog : IDisposable
{
    private readonly FileStream _file;
    private readonly IReadOnlyDictionary<string, BenchmarkItem> _items;

    private SampleLog(
        FileStream file, IReadOnlyDictionary<string, BenchmarkItem> items, IReadOnlyList<SampledResponse[][]> sampled)
    {
        _file = file;
        _items = items;
        Sampled = sampled;
    }

    /// <summary>The samples in the file when it was opened: [batches][problems][k], the plan's first batches.</summary>
    public IReadOnlyList<SampledResponse[][]> Sampled { get; }

    /// <summary>Opens the file, created if it does not exist, after the last whole batch.</summary>
    /// <param name="path">The file.</param>
    /// <param name="plan">What is sampled, in what order.</param>
    /// <param name="samples">k, the number of samples for each problem.</param>
    /// <param name="items">The problems of a benchmark, for their categories.</param>
    /// <exception cref="BadInputException">The file holds something else, or cannot be written.</exception>
    public static SampleLog Open(
        string path, EvaluationPlan plan, int samples, IReadOnlyDictionary<string, BenchmarkItem> items)
    {
        try
        {
            FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            try
            {
                (List<SampledResponse[][]> sampled, long end) = ReadBatches(file, path, plan, samples);
                file.SetLength(end);
                file.Position = end;
                return new SampleLog(file, items, sampled);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Reads the whole batches of a file and leaves it as it is.</summary>
    /// <returns>[batches][problems][k]</returns>
    /// <inheritdoc cref="Open"/>
    public static IReadOnlyList<SampledResponse[][]> Read(string path, EvaluationPlan plan, int samples)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return ReadBatches(file, path, plan, samples).Sampled;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes a whole file anew, atomically.</summary>
    /// <param name="views">[views][problems], in the plan's order.</param>
    public static void Write(
        string path,
        EvaluationPlan plan,
        IReadOnlyList<IReadOnlyList<GradedProblem>> views,
        IReadOnlyDictionary<string, BenchmarkItem> items) => AtomicFile.Write(path, stream =>
    {
        IEnumerable<PerturbationChoice?> perturbations = plan.Perturbations.Prepend<PerturbationChoice?>(null);
        foreach ((PerturbationChoice? perturbation, IReadOnlyList<GradedProblem> graded) in perturbations.Zip(views))
        {
            stream.Write(Lines(perturbation, graded, items));
        }
    });

    /// <summary>Writes the samples of the next batch; they are on the disk when it returns.</summary>
    /// <param name="perturbation">The perturbation of the batch.</param>
    /// <param name="graded">The graded problems of the batch.</param>
    public void Append(PerturbationChoice? perturbation, IReadOnlyList<GradedProblem> graded)
    {
        _file.Write(Lines(perturbation, graded, _items));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private static (List<SampledResponse[][]> Sampled, long End) ReadBatches(
        FileStream file, string path, EvaluationPlan plan, int samples)
    {
        using IEnumerator<(byte[] Bytes, bool IsWhole)> lines = ByteLines.Of(file, JsonLinesFile.LongestLine).GetEnumerator();
        List<SampledResponse[][]> sampled = [];
        long end = 0;
        long read = 0;
        int number = 0;
        foreach (EvaluationBatch batch in plan.Batches)
        {
            SampledResponse[][] responses = [.. batch.Problems.Select(_ => new SampledResponse[samples])];
            for (int i = 0; i < batch.Problems.Count * samples; i++)
            {
                if (!lines.MoveNext() || !lines.Current.IsWhole)
                {
                    return (sampled, end);
                }
                number++;
                read += lines.Current.Bytes.Length + 1;
                responses[i / samples][i % samples] = ResponseOf(
                    lines.Current.Bytes, batch, batch.Problems[i / samples].Id, i % samples, $"{path}, line {number}");
            }
            sampled.Add(responses);
            end = read;
        }
        return (sampled, end);
    }

    private static SampledResponse ResponseOf(
        byte[] line, EvaluationBatch batch, string problemId, int sample, string place)
    {
        Line read;
        try
        {
            read = JsonSerializer.Deserialize<Line>(line, EvaluationFolder.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new BadInputException($"{place}: no sample of an evaluation: {error.Message}", error);
        }
        if (read.ProblemId != problemId || read.Sample != sample || read.Perturbation != batch.Perturbation?.ToString())
        {
            throw new BadInputException(
                $"{place}: expected sample {sample} of problem {problemId}, but it is {read.Sample} of {read.ProblemId}");
        }
        return new SampledResponse(read.Response, read.Tokens, read.Finish == EvaluationSample.Stop);
    }

    private static byte[] Lines(
        PerturbationChoice? perturbation,
        IEnumerable<GradedProblem> graded,
        IReadOnlyDictionary<string, BenchmarkItem> items)
    {
        using MemoryStream lines = new();
        foreach (GradedProblem problem in graded)
        {
            BenchmarkItem? item = items.GetValueOrDefault(problem.Id);
            for (int sample = 0; sample < problem.Responses.Count; sample++)
            {
                SampledResponse response = problem.Responses[sample];
                JsonSerializer.Serialize(
                    lines,
                    new Line(
                        problem.Id,
                        sample,
                        perturbation?.ToString(),
                        problem.Category,
                        problem.Gold,
                        response.Text,
                        problem.Answers[sample],
                        problem.IsRight(problem.Classes[sample]),
                        response.Tokens,
                        response.Stopped ? EvaluationSample.Stop : EvaluationSample.Length)
                    {
                        Group = item?.Group,
                        Part = item?.Part,
                        Categories = item?.Categories.GroupBy(category => category.Field).ToDictionary(
                            field => field.Key, field => field.Select(category => category.Value).ToArray()),
                    },
                    EvaluationFolder.Json);
                lines.WriteByte((byte)'\n');
            }
        }
        return lines.ToArray();
    }

    private sealed record Line(
        string ProblemId,
        int Sample,
        string? Perturbation,
        string? Category,
        string Gold,
        string Response,
        string? Answer,
        bool Right,
        int Tokens,
        string Finish)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Group { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Part { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Dictionary<string, string[]>? Categories { get; init; }
    }
}
