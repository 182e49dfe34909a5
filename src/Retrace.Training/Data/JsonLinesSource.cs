using System.Globalization;
using Retrace.Problems;

namespace Retrace.Training.Data;

/// <summary>
/// Problems as JSON lines: <c>{"id"?, "question", "image"? or "images"?, "answer"?, "category"?}</c>. A missing id is
/// the line's number; "problem" is read as "question"; other fields are ignored.
/// </summary>
public sealed class JsonLinesSource(string path) : IProblemSource
{
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
                () => record.Images(id),
                record.Text("answer"),
                record.Text("category"));
        });
        return problems.Build();
    }
}
