using System.Text.Json;
using Retrace.Data;
using Retrace.Data.Json;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>
/// Prompts as JSON lines: <c>{"id"?, "prompt" or "input_ids", "image"? or "images"?, "response"?}</c>; other fields are
/// ignored.
/// </summary>
public static class PromptFile
{
    /// <summary>Reads all lines, in order.</summary>
    /// <param name="path">The file to read.</param>
    /// <param name="allowOutsideImages">Whether image paths may point outside their folder.</param>
    /// <param name="imageFolder">Where image paths start; null: in the file's folder.</param>
    /// <exception cref="BadInputException">The file cannot be read, or a line of it cannot be used.</exception>
    public static IReadOnlyList<PromptLine> Read(
        string path, bool allowOutsideImages = false, string? imageFolder = null)
    {
        List<PromptLine> lines = [];
        JsonLinesFile.Read(
            path,
            "{\"prompt\": …}",
            record => lines.Add(LineOf(record)),
            ImageFolder.Of(path, allowOutsideImages, imageFolder));
        return lines;
    }

    private static PromptLine LineOf(JsonRecord record)
    {
        JsonElement id = record.Id() ?? JsonSerializer.SerializeToElement(record.Line);
        string? text = record.Text("prompt");
        int[]? tokens = Tokens(record);
        if (text is null == tokens is null)
        {
            throw new BadInputException($"{record.Place}: expected either \"prompt\", a text, or \"input_ids\"");
        }
        return new PromptLine(record.Place, id, text, tokens, record.Text("response"), Images(record));
    }

    private static int[]? Tokens(JsonRecord record)
    {
        if (record.Field("input_ids") is not JsonElement field)
        {
            return null;
        }
        int[] tokens = field.ValueKind == JsonValueKind.Array
            ? [.. field.EnumerateArray().Select(item =>
                item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) ? id : throw NoIds(record))]
            : [];
        return tokens.Length > 0 ? tokens : throw NoIds(record);
    }

    private static BadInputException NoIds(JsonRecord record) =>
        new($"{record.Place}: \"input_ids\" must be a list of at least one token id");

    private static IReadOnlyList<ProblemImage> Images(JsonRecord record)
    {
        try
        {
            ProblemFields.RefuseVideo(record);
            return record.Images($"line {record.Line}");
        }
        catch (UnusableRecordException reason)
        {
            throw new BadInputException($"{record.Place}: {reason.Message}", reason);
        }
    }
}
