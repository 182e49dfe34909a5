using System.Globalization;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>
/// Problems as one JSON document: a list of objects as <see cref="JsonLinesSource"/> reads them, or an object that names
/// each of them. A missing id is the object's number in the list, or its name.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="allowOutsideImages">Whether image paths may lead out of the file's folder.</param>
/// <param name="imageFolder">Where image paths start; null: in the file's folder.</param>
public sealed class JsonDocumentSource(string path, bool allowOutsideImages = false, string? imageFolder = null)
    : IProblemSource
{
    public string Name => path;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The file cannot be read, or is not such a document.</exception>
    public ProblemSet Read()
    {
        ImageFolder folder = ImageFolder.Of(path, allowOutsideImages, imageFolder);
        JsonProblems problems = new(path, folder);
        JsonDocumentFile.Read(
            path,
            record => problems.Add(record, record.Key ?? record.Line.ToString(CultureInfo.InvariantCulture)),
            folder);
        return problems.Build();
    }
}
