using System.Globalization;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>
/// Problems as JSON lines: <c>{"id"?, "question", "image"? or "images"?, "answer"?, "category"?}</c>. A missing id is
/// the line's number; "problem" is read as "question"; other fields are ignored.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="allowOutsideImages">Whether image paths may lead out of the file's folder.</param>
public sealed class JsonLinesSource(string path, bool allowOutsideImages = false) : IProblemSource
{
    public string Name => path;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The file cannot be read, or a line of it is no JSON object.</exception>
    public ProblemSet Read()
    {
        ProblemSetBuilder problems = new();
        JsonLinesFile.Read(path, "{\"question\": …}", record =>
        {
            string id = record.Text("id") ?? record.Line.ToString(CultureInfo.InvariantCulture);
            problems.Add(
                id,
                record.Text("question") ?? record.Text("problem"),
                () => [.. record.Images(id).Select((image, i) => Placed(image, record, i))],
                record.Text("answer"),
                record.Text("category"));
        }, allowOutsideImages);
        return problems.Build();
    }

    // Images inside the file are read again when they are needed: memory does not grow with them.
    private ProblemImage Placed(ProblemImage image, JsonRecord record, int index) => image is EmbeddedImage
        ? new JsonLineImage(image.Name, path, record.Start, record.Length, index)
        : image;
}
