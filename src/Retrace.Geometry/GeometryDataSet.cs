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
        if (train < 0 || evaluation < 0 || test < 0)
        {
            throw new BadInputException(
                $"A data set cannot have {Math.Min(train, Math.Min(evaluation, test))} problems; give 0 or more.");
        }
        try
        {
            Directory.CreateDirectory(directory);
            WriteSplit(Path.Combine(directory, "train.jsonl"), GeometrySplit.Train, seed, train);
            WriteSplit(Path.Combine(directory, "evaluation.jsonl"), GeometrySplit.Evaluation, seed, evaluation);
            WriteSplit(Path.Combine(directory, "test.jsonl"), GeometrySplit.Test, seed, test);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The data set cannot be written to {directory}: {error.Message}", error);
        }
    }

    private static void WriteSplit(string path, GeometrySplit split, long seed, int count)
    {
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        {
            var seen = new HashSet<string>();
            for (long index = 0; seen.Count < count; index++)
            {
                GeometryProblem problem = GeometryGenerator.Create(split, seed, index);
                if (seen.Add(problem.Id))
                {
                    JsonSerializer.Serialize(file, LineOf(problem), Json);
                    file.WriteByte((byte)'\n');
                }
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
