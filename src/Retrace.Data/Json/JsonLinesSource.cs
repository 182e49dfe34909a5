using System.Globalization;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>
/// Problems as JSON lines: <c>{"id"?, "question", "rephrased"?, "image"? or "images"?, "answer"?, "category"?}</c>. A
/// missing id is the line's number; "problem" and "prompt" are read as "question", "reward_model.ground_truth" and "solution" as
/// "answer"; other fields are ignored.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="allowOutsideImages">Whether image paths may lead out of the file's folder.</param>
/// <param name="imageFolder">Where image paths start; null: in the file's folder.</param>
public sealed class JsonLinesSource(string path, bool allowOutsideImages = false, string? imageFolder = null)
    : IProblemSource
{
    public string Name => path;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The file cannot be read, or a line of it is not a JSON object.</exception>
    public ProblemSet Read()
    {
        ImageFolder folder = ImageFolder.Of(path, allowOutsideImages, imageFolder);
        JsonProblems problems = new(path, folder);
        JsonLinesFile.Read(
            path,
            "{\"question\": …}",
            record => problems.Add(record, record.Line.ToString(CultureInfo.InvariantCulture)),
            folder);
        return problems.Build();
    }
}
