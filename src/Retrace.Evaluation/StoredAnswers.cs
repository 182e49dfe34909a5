using System.Text.Json;

namespace Retrace.Evaluation;

/// <summary>
/// Which responses of an evaluation are right, as read from the file of an <see cref="EvaluationReport"/>.
/// </summary>
/// <param name="Place">The file.</param>
/// <param name="Samples">k.</param>
/// <param name="Problems">In the file's order, at least one.</param>
public sealed record StoredAnswers(string Place, int Samples, IReadOnlyList<StoredAnswers.Problem> Problems)
{
    /// <param name="path">A file that an evaluation wrote, or its folder.</param>
    /// <exception cref="BadInputException">It is not such a file or folder.</exception>
    public static StoredAnswers Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, EvaluationFolder.ResultsFile) : path;
        try
        {
            using FileStream stream = File.OpenRead(file);
            Layout read = JsonSerializer.Deserialize<Layout>(stream, EvaluationFolder.Json)
                ?? throw new JsonException("it is null");
            return read.Problems is [Problem first, ..] && first.Right.Count > 0
                && read.Problems.All(problem => problem.Right.Count == first.Right.Count)
                ? new StoredAnswers(file, first.Right.Count, read.Problems)
                : throw new JsonException("its problems have no responses, or not all as many");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file} is no file of retrace eval: {error.Message}", error);
        }
    }

    /// <summary>One problem of the file, and which responses to it were right.</summary>
    /// <param name="Id">The problem's id.</param>
    /// <param name="Category">Its kind; null where the data do not say.</param>
    /// <param name="Gold">The label.</param>
    /// <param name="Right">[k] which are right.</param>
    public sealed record Problem(string Id, string? Category, string Gold, IReadOnlyList<bool> Right);

    private sealed record Layout(IReadOnlyList<Problem> Problems);
}
