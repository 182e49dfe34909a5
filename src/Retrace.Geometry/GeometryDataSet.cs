using System.Text.Json;

namespace Retrace.Geometry;

/// <summary>The synthetic problems as files.</summary>
public static class GeometryDataSet
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// Writes <c>train.jsonl</c>, <c>evaluation.jsonl</c> and <c>test.jsonl</c>, one problem a line:
    /// <c>{"id","image","question","answer","category","difficulty","figure"}</c>. The image is a PNG in base64, the
    /// figure a <see cref="FigureDescription"/>. No problem occurs twice; the same seed gives the same bytes. A file is
    /// written under a temporary name and renamed when it is complete.
    /// </summary>
    /// <param name="directory">Made if it is missing; files of these names are replaced.</param>
    /// <param name="seed">Decides all problems.</param>
    /// <param name="train">How many problems to train on; their answers are there for measurement only.</param>
    /// <param name="evaluation">How many problems to watch the training with.</param>
    /// <param name="test">How many problems to measure the result with.</param>
    /// <exception cref="BadInputException">A count is negative, or a file cannot be written.</exception>
    public static void Write(string directory, long seed, int train, int evaluation, int test)
    {
        (string Name, IEnumerable<GeometryProblem> Problems)[] files =
        [
            ("train.jsonl", Problems(GeometrySplit.Train, seed, train)),
            ("evaluation.jsonl", Problems(GeometrySplit.Evaluation, seed, evaluation)),
            ("test.jsonl", Problems(GeometrySplit.Test, seed, test)),
        ];
        try
        {
            Directory.CreateDirectory(directory);
            foreach ((string name, IEnumerable<GeometryProblem> problems) in files)
            {
                WriteFile(Path.Combine(directory, name), problems);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The data set cannot be written to {directory}: {error.Message}", error);
        }
    }

    /// <summary>The first different problems of a split's stream, made as they are asked for.</summary>
    /// <param name="split">Which part of all problems.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="BadInputException">The count is negative.</exception>
    public static IEnumerable<GeometryProblem> Problems(GeometrySplit split, long seed, int count)
    {
        return count >= 0
            ? Different()
            : throw new BadInputException($"A data set cannot have {count} problems; give 0 or more.");

        IEnumerable<GeometryProblem> Different()
        {
            var seen = new HashSet<string>();
            for (long index = 0; seen.Count < count; index++)
            {
                GeometryProblem problem = GeometryGenerator.Create(split, seed, index);
                if (seen.Add(problem.Id))
                {
                    yield return problem;
                }
            }
        }
    }

    private static void WriteFile(string path, IEnumerable<GeometryProblem> problems)
    {
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            foreach (GeometryProblem problem in problems)
            {
                JsonSerializer.Serialize(file, LineOf(problem), Json);
                file.WriteByte((byte)'\n');
            }
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static Line LineOf(GeometryProblem problem) => new(
        problem.Id,
        FigureRenderer.RenderPng(problem.Figure),
        problem.Question,
        problem.Answer,
        problem.Family,
        problem.Difficulty,
        problem.Figure);

    // Byte arrays are base64 in JSON.
    private sealed record Line(
        string Id,
        byte[] Image,
        string Question,
        string Answer,
        string Category,
        int Difficulty,
        FigureDescription Figure);
}
