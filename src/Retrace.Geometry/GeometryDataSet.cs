using System.Text.Json;
using System.Text.Json.Serialization;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry;

/// <summary>The synthetic problems as files.</summary>
public static class GeometryDataSet
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// Writes <c>train.jsonl</c>, <c>evaluation.jsonl</c> and <c>test.jsonl</c>, one problem a line:
    /// <c>{"id","image","question","rephrased"?,"answer","category","difficulty","figure"}</c>. The image is a PNG in base64, the
    /// figure a <see cref="FigureDescription"/>. No problem occurs twice; the same seed gives the same bytes. A file is
    /// written under a temporary name and renamed when it is complete.
    /// </summary>
    /// <param name="directory">Created if it does not exist; files of these names are replaced.</param>
    /// <exception cref="BadInputException">There are no such problems, or a file cannot be written.</exception>
    public static void Write(string directory, GeometrySelection selection)
    {
        (string Name, IEnumerable<GeometryProblem> Problems)[] files =
        [
            ("train.jsonl", selection.Problems(GeometrySplit.Train)),
            ("evaluation.jsonl", selection.Problems(GeometrySplit.Evaluation)),
            ("test.jsonl", selection.Problems(GeometrySplit.Test)),
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
        problem.Rephrased,
        problem.Answer,
        problem.Family,
        problem.Difficulty,
        problem.Figure);

    // Byte arrays are base64 in JSON.
    private sealed record Line(
        string Id,
        byte[] Image,
        string Question,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rephrased,
        string Answer,
        string Category,
        int Difficulty,
        FigureDescription Figure);
}
