using System.Text;
using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Training.Data;

/// <summary>
/// Problems as JSON lines: <c>{"id"?, "question", "image"? or "images"?, "answer"?, "category"?}</c>. A missing id is
/// the line's number; "problem" is read as "question"; other fields are ignored.
/// </summary>
public sealed class JsonLinesSource(string path) : IProblemSource
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The file cannot be read, or a line of it is no JSON object.</exception>
    public ProblemSet Read()
    {
        ProblemSetBuilder problems = new();
        int line = 0;
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            while (reader.ReadLine() is { } text)
            {
                line++;
                if (!string.IsNullOrWhiteSpace(text))
                {
                    Add(text, line, problems);
                }
            }
        }
        catch (JsonException error)
        {
            string reason = Sentence(error.Message);
            throw new BadInputException($"{path}, line {line}: not valid JSON: {reason}", error);
        }
        catch (DecoderFallbackException error)
        {
            throw new BadInputException($"{path}, after line {line}: not valid UTF-8", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the data cannot be read: {error.Message}", error);
        }
        return problems.Build();
    }

    private void Add(string text, int line, ProblemSetBuilder problems)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement record = document.RootElement;
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw new BadInputException($"{path}, line {line}: expected a JSON object, such as {{\"question\": …}}");
        }
        string id = Text(record, "id") ?? line.ToString(System.Globalization.CultureInfo.InvariantCulture);
        problems.Add(
            id,
            Text(record, "question") ?? Text(record, "problem"),
            () => Images(record, id),
            Text(record, "answer"),
            Text(record, "category"));
    }

    private List<ProblemImage> Images(JsonElement record, string id)
    {
        List<ProblemImage> images = [];
        foreach (string field in (ReadOnlySpan<string>)["image", "images"])
        {
            if (!record.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in value.EnumerateArray())
                {
                    images.Add(Image(item, field, id, images.Count));
                }
            }
            else
            {
                images.Add(Image(value, field, id, images.Count));
            }
        }
        return images;
    }

    private ProblemImage Image(JsonElement value, string field, string id, int index)
    {
        return value.ValueKind == JsonValueKind.String
            ? ImageReference.Parse(Decoded(value), $"{id}, image {index + 1}", _folder)
            : throw new UnusableRecordException($"its field \"{field}\" holds no path and no base64");
    }

    // Numbers count as text, since ids and answers are often written as numbers.
    private static string? Text(JsonElement record, string field)
    {
        if (!record.TryGetProperty(field, out JsonElement value))
        {
            return null;
        }
        return value.ValueKind switch
        {
            JsonValueKind.String => Decoded(value),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    private static string Decoded(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a \\u escape is half of a surrogate pair", error);
        }
    }

    // System.Text.Json appends a path and a line number of its own, which is always 0 here.
    private static string Sentence(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
