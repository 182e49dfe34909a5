using System.Text.Json;
using Retrace.Files;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>Writes problems as <see cref="JsonLinesSource"/> reads them.</summary>
public static class JsonLinesWriter
{
    /// <summary>
    /// Writes all problems, atomically. An image file below the output's folder stays a relative path; any other image
    /// goes into the line as a data URL.
    /// </summary>
    /// <exception cref="BadInputException">An image cannot be read, or the file cannot be written.</exception>
    public static void Write(ProblemSet problems, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        JsonLinesFile.Write(path, problems.Problems, (writer, problem) =>
            WriteFields(writer, problem, problems.Answers.GetValueOrDefault(problem.Id), folder));
    }

    private static void WriteFields(Utf8JsonWriter writer, Problem problem, string? answer, string folder)
    {
        writer.WriteString("id", problem.Id);
        if (problem.Images.Count == 1)
        {
            writer.WriteString("image", Reference(problem.Images[0], folder));
        }
        else if (problem.Images.Count > 1)
        {
            writer.WriteStartArray("images");
            foreach (ProblemImage image in problem.Images)
            {
                writer.WriteStringValue(Reference(image, folder));
            }
            writer.WriteEndArray();
        }
        writer.WriteString("question", problem.Question);
        if (problem.Rephrased is not null)
        {
            writer.WriteString("rephrased", problem.Rephrased);
        }
        if (answer is not null)
        {
            writer.WriteString("answer", answer);
        }
        if (problem.Category is not null)
        {
            writer.WriteString("category", problem.Category);
        }
    }

    private static string Reference(ProblemImage image, string folder)
    {
        if (image is ImageFile file && RelativePath.Below(folder, file.Path) is { } relative)
        {
            return relative.Replace(Path.DirectorySeparatorChar, '/');
        }
        byte[] bytes = image.ReadBytes();
        string mediaType = ImageSignature.MediaTypeOf(bytes) ?? "application/octet-stream";
        return $"data:{mediaType};base64,{Convert.ToBase64String(bytes)}";
    }
}
